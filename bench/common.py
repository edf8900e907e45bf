# SPDX-License-Identifier: Apache-2.0
"""The world that the benches share: a model, plain nginx and Lictor before it, all on loopback.

What is measured has the first core for itself, everything else the second, when there are two.
Everything is stopped by its process id when the bench ends, however it ends.
"""
import os
import resource
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
KEY = 'lk_bench'
PLAIN, LICTOR, ADMIN, MODEL = 18070, 18080, 18081, 18090
TICK_US = 1e6 / os.sysconf('SC_CLK_TCK')
STREAM_TOKENS, TOKENS_A_SECOND = 50, 50


def data(name):
    return os.path.join(HERE, 'data', name)


def pinned(core, command):
    """The command on one core of two; where there is one only, as it is."""
    return ['taskset', '-c', str(core), *command] if (os.cpu_count() or 1) > 1 else command


def wait_for(what, ready, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if ready():
            return
        time.sleep(0.1)
    raise SystemExit(f'bench: {what} did not come up within {seconds} s')


def answers(port, path='/'):
    try:
        urllib.request.urlopen(f'http://127.0.0.1:{port}{path}', timeout=1)
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def children(pid):
    with open(f'/proc/{pid}/task/{pid}/children') as file:
        return [int(child) for child in file.read().split()]


class Place:
    """One of the two gateways, or the model: its port and the process that does its work."""

    def __init__(self, name, port, worker):
        self.name, self.port, self.worker = name, port, worker

    def cpu_us(self):
        """User and system time of the worker so far, its threads too."""
        with open(f'/proc/{self.worker}/stat') as file:
            fields = file.read().rsplit(')', 1)[1].split()
        return int(fields[11]) * TICK_US, int(fields[12]) * TICK_US

    def memory_kib(self):
        """Resident memory; what it shares with others is counted, too."""
        with open(f'/proc/{self.worker}/status') as file:
            return next(int(line.split()[1]) for line in file if line.startswith('VmRSS'))


def busy_us():
    """What all processors of the machine have done so far, for whomever."""
    with open('/proc/stat') as file:
        fields = [int(field) for field in file.readline().split()[1:]]
    return (sum(fields[:8]) - fields[3] - fields[4]) * TICK_US


def tool_us():
    """What the load generators that have ended took."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (used.ru_utime + used.ru_stime) * 1e6


class World:
    """with World('build') as world: world.plain, world.lictor"""

    def __init__(self, build, tokens=STREAM_TOKENS, pace=TOKENS_A_SECOND, edit=None):
        self.build, self.tokens, self.pace, self.edit = build, tokens, pace, edit
        self.processes = []

    def start(self, core, command, log):
        with open(os.path.join(self.dir, log), 'wb') as file:
            process = subprocess.Popen(pinned(core, command), stdout=file, stderr=file,
                                       stdin=subprocess.DEVNULL)
        self.processes.append(process)
        return process

    def others_us(self):
        """What others than the bench have taken of the machine so far."""
        own = sum(sum(place.cpu_us()) for place in (self.plain, self.lictor, self.model))
        return busy_us() - own - tool_us()

    def start_model(self):
        tool = os.path.join(self.build, 'bench', 'upstream')
        model = self.start(1, [tool, str(MODEL), data('answer.json'), str(self.tokens), str(self.pace)],
                           'model.log')
        self.model = Place('model', MODEL, model.pid)
        time.sleep(0.2)

    def start_plain(self):
        home = os.path.join(self.dir, 'plain')
        os.makedirs(os.path.join(home, 'tmp'))
        conf = os.path.join(home, 'nginx.conf')
        shutil.copy(os.path.join(HERE, 'plain.conf'), conf)
        master = self.start(0, ['nginx', '-p', home, '-c', conf, '-e', 'stderr', '-g', 'daemon off;'],
                            'plain.log')
        wait_for('plain nginx', lambda: answers(PLAIN))
        self.plain = Place('plain', PLAIN, children(master.pid)[0])

    def start_lictor(self):
        self.home = os.path.join(self.dir, 'lictor')
        shutil.copytree(os.path.join(HERE, 'dir'), self.home)
        if self.edit:
            self.edit(self.home)
        serve = self.start(0, [os.path.join(self.build, 'lictor'), 'serve', self.home], 'lictor.log')
        wait_for(f'lictor (see {self.dir}/lictor.log)', lambda: answers(ADMIN, '/healthz'))
        worker = children(children(serve.pid)[0])[0]
        self.lictor = Place('lictor', LICTOR, worker)

    def __enter__(self):
        self.dir = tempfile.mkdtemp(prefix='lictor-bench-')
        os.chmod(self.dir, 0o755)
        try:
            self.start_model()
            self.start_plain()
            self.start_lictor()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
        shutil.rmtree(self.dir, ignore_errors=True)

    def ledger_bytes(self):
        folder = os.path.join(self.home, 'state', 'ledger', 'records')
        return sum(entry.stat().st_size for entry in os.scandir(folder))


def words(line):
    """'a 1 b 2' -> {'a': 1.0, 'b': 2.0}"""
    parts = line.split()
    return {name: float(value) for name, value in zip(parts[::2], parts[1::2])}


def wrk(port, seconds, connections=32, request='request.json'):
    command = pinned(1, ['wrk', '-t1', f'-c{connections}', f'-d{seconds}', '-s',
                         os.path.join(HERE, 'post.lua'), f'http://127.0.0.1:{port}'])
    out = subprocess.run(command, env={**os.environ, 'REQUEST': data(request)}, check=True,
                         capture_output=True, text=True).stdout
    return words(next(line for line in out.splitlines() if line.startswith('requests ')))


def streams(build, port, at_once, total):
    command = pinned(1, [os.path.join(build, 'bench', 'streams'), str(port), KEY,
                         data('request_stream.json'), str(at_once), str(total)])
    done = subprocess.run(command, capture_output=True, text=True)
    if not done.stdout:
        raise SystemExit(f'bench: {done.stderr}')
    return words(done.stdout)
