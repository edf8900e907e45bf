# SPDX-License-Identifier: Apache-2.0
"""Is the memory of a worker flat? soak.py BUILD REQUESTS STREAMS

Half of the requests are redacted, so that bodies are rewritten, too. What counts is the growth after
the first tenth, when every buffer and every table has been used once. Ends with 1 when it grew by
more than a twentieth. Then, what 1,000 streams that are open at once take, here and in plain nginx.
"""
import glob
import os
import subprocess
import sys
import time

from common import KEY, World, data, streams, wrk

STEPS = 10


def note(world, what, done):
    kib = world.lictor.memory_kib()
    print(f'{what:>10} {done:>9.0f}   {kib / 1024:7.1f} MiB resident', flush=True)
    return kib


def drop_old_records(world):
    """Keeps the disk from filling up: files that the worker has ended, and none else."""
    folder = os.path.join(world.home, 'state', 'ledger', 'records')
    for path in sorted(glob.glob(f'{folder}/*.jsonl'))[:-1]:
        os.unlink(path)


def soak_requests(world, total):
    done, next_step, seen = 0, total / STEPS, []
    turn = 0
    while done < total:
        name = ('request.json', 'request_pii.json')[turn % 2]
        result = wrk(world.lictor.port, 3, request=name)
        if result['wrong']:
            raise SystemExit(f'soak: {result["wrong"]:.0f} wrong answers')
        done += result['requests']
        turn += 1
        drop_old_records(world)
        if done >= next_step:
            seen.append(note(world, 'requests', done))
            next_step += total / STEPS
    return seen


def soak_streams(world, total):
    seen = []
    for step in range(STEPS):
        result = streams(world.build, world.lictor.port, 200, total // STEPS)
        if result['failed']:
            raise SystemExit(f'soak: {result["failed"]:.0f} streams failed')
        seen.append(note(world, 'streams', (step + 1) * (total // STEPS)))
    return seen


def idle_streams(world, place):
    """MiB that 1,000 slow streams add, a token a second each, when all have begun."""
    before = place.memory_kib()
    client = subprocess.Popen([os.path.join(world.build, 'bench', 'streams'), str(place.port), KEY,
                               data('request_stream.json'), '1000', '1000'], stdout=subprocess.PIPE)
    time.sleep(5)
    after = place.memory_kib()
    client.communicate()
    return (after - before) / 1024


def growth(seen):
    return (seen[-1] - seen[0]) / seen[0]


def main():
    build, requests, total_streams = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    begun = time.monotonic()
    with World(build, tokens=100, pace=200) as world:
        note(world, 'begin', 0)
        grown = {'requests': growth(soak_requests(world, requests)),
                 'streams': growth(soak_streams(world, total_streams))}
    print(', '.join(f'{name}: {share:+.1%}' for name, share in grown.items()),
          f'after the first tenth; {time.monotonic() - begun:.0f} s')
    with World(build, tokens=10, pace=1) as world:
        print(f'1,000 idle streams add {idle_streams(world, world.lictor):.1f} MiB, to plain nginx '
              f'{idle_streams(world, world.plain):.1f} MiB')
    sys.exit(1 if max(grown.values()) > 0.05 else 0)


main()
