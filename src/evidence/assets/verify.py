#!/usr/bin/env python3
"""Checks the evidence pack that this file lies in. Python 3 and its standard library only; no network; writes nothing.

Exit codes: 0 valid (signed or not), 3 invalid, 2 a pack of a form that this program does not know.
"""
import base64
import binascii
import csv
import glob
import hashlib
import json
import os
import re
import sys
import zlib
from datetime import datetime, timezone

ROOT = os.path.dirname(os.path.abspath(__file__))
SCHEMA = "1"
SHA256_PREFIX = bytes.fromhex("3031300d060960864801650304020105000420")
ROTATION = 2 * 3600
MOST_INFLATED = 256 << 20
problems = []
notes = []


def problem(text):
    problems.append(text)


def path_of(name):
    return os.path.join(ROOT, *name.split("/"))


def read(name):
    with open(path_of(name), "rb") as file:
        return file.read()


def sha256_of(name):
    digest = hashlib.sha256()
    with open(path_of(name), "rb") as file:
        for piece in iter(lambda: file.read(1 << 20), b""):
            digest.update(piece)
    return digest.hexdigest()


def is_plain(name):
    """Names that stay inside the pack, on every system."""
    parts = name.split("/")
    if any(part in ("", ".", "..") for part in parts):
        return False
    return not re.search(r"[\x00-\x1f\\:%]", name)


# --- the bag ---------------------------------------------------------------


def present_files():
    found = {}
    for folder, folders, files in os.walk(ROOT, followlinks=False):
        for name in list(folders) + files:
            whole = os.path.join(folder, name)
            relative = os.path.relpath(whole, ROOT).replace(os.sep, "/")
            if os.path.islink(whole):
                problem("a link instead of a file: %s" % relative)
                if name in folders:
                    folders.remove(name)
            elif name in files:
                if not os.path.isfile(whole):
                    problem("neither file nor folder: %s" % relative)
                else:
                    found[relative] = os.path.getsize(whole)
    return found


def manifest(name, files):
    entries = {}
    if name not in files:
        problem("missing: %s" % name)
        return entries
    for number, line in enumerate(read(name).decode("utf-8", "replace").splitlines(), 1):
        match = re.match(r"([0-9A-Fa-f]{64}) [ *](.+)$", line)
        if not match:
            problem("%s, line %d is no line of a manifest" % (name, number))
        elif not is_plain(match.group(2)):
            problem("%s names a place outside the pack: %s" % (name, match.group(2)))
        elif match.group(2) in entries:
            problem("%s names a file twice: %s" % (name, match.group(2)))
        else:
            entries[match.group(2)] = match.group(1).lower()
    return entries


def check_listed(name, entries, files):
    for path, expected in sorted(entries.items()):
        if path not in files:
            problem("missing: %s (listed in %s)" % (path, name))
        elif sha256_of(path) != expected:
            problem("changed: %s (its SHA-256 is not the one in %s)" % (path, name))


def check_bag(files):
    folded = {}
    for path in sorted(files):
        other = folded.setdefault(path.lower(), path)
        if other != path:
            problem("two names that differ only in case: %s, %s" % (other, path))
    if "fetch.txt" in files:
        problem("fetch.txt: a pack with holes is refused")
    if "bagit.txt" not in files:
        problem("missing: bagit.txt")
    elif read("bagit.txt") != b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n":
        problem("bagit.txt is not that of BagIt 1.0")
    payload = manifest("manifest-sha256.txt", files)
    tags = manifest("tagmanifest-sha256.txt", files)
    check_listed("manifest-sha256.txt", payload, files)
    check_listed("tagmanifest-sha256.txt", tags, files)
    for path in sorted(payload):
        if not path.startswith("data/"):
            problem("manifest-sha256.txt names a file outside data/: %s" % path)
    for path in ("bagit.txt", "bag-info.txt", "manifest-sha256.txt", "VERIFY.md", "verify.py"):
        if path not in tags:
            problem("tagmanifest-sha256.txt does not name %s" % path)
    for path in sorted(files):
        if path.startswith("data/"):
            if path not in payload:
                problem("not listed in manifest-sha256.txt: %s" % path)
        elif path not in tags and path != "tagmanifest-sha256.txt":
            problem("not listed in tagmanifest-sha256.txt: %s" % path)
    oxum = info_value(files, "Payload-Oxum")
    inside = [size for path, size in files.items() if path.startswith("data/")]
    if oxum is not None and oxum != "%d.%d" % (sum(inside), len(inside)):
        problem("Payload-Oxum is %s, and there are %d bytes in %d files" % (oxum, sum(inside), len(inside)))
    return len(payload)


def info_value(files, label):
    if "bag-info.txt" not in files:
        return None
    for line in read("bag-info.txt").decode("utf-8", "replace").splitlines():
        if line.startswith(label + ": "):
            return line[len(label) + 2 :]
    return None


# --- CloudTrail's chain ----------------------------------------------------


def der_items(data):
    items, at = [], 0
    while at < len(data):
        tag, length, at = data[at], data[at + 1], at + 2
        if length & 0x80:
            size = length & 0x7F
            length, at = int.from_bytes(data[at : at + size], "big"), at + size
        items.append((tag, data[at : at + length]))
        at += length
    return items


def rsa_key(der):
    """PKCS#1, or SubjectPublicKeyInfo around it."""
    inside = der_items(der_items(der)[0][1])
    if inside[0][0] == 0x30:
        inside = der_items(der_items(inside[1][1][1:])[0][1])
    return int.from_bytes(inside[0][1], "big"), int.from_bytes(inside[1][1], "big")


def is_signed(key, text, signature):
    """RSA PKCS#1 v1.5 with SHA-256."""
    modulus, exponent = key
    size = (modulus.bit_length() + 7) // 8
    tail = SHA256_PREFIX + hashlib.sha256(text).digest()
    if len(signature) != size or size < len(tail) + 11:
        return False
    expected = b"\x00\x01" + b"\xff" * (size - len(tail) - 3) + b"\x00" + tail
    number = int.from_bytes(signature, "big")
    return number < modulus and pow(number, exponent, modulus).to_bytes(size, "big") == expected


def seconds(text):
    text = re.sub(r"\.\d+Z$", "Z", text)
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc).timestamp()


def public_keys():
    keys = []
    for entry in json.loads(read("data/integrity/public-keys.json"))["PublicKeyList"]:
        der = base64.b64decode(entry["Value"])
        name = str(entry["Fingerprint"]).lower()
        if hashlib.md5(der).hexdigest() != name:
            problem("public-keys.json: the key %s is not the one of its fingerprint" % name)
            continue
        keys.append((name, entry.get("Region"), entry["ValidityStartTime"], entry["ValidityEndTime"], rsa_key(der)))
    return keys


def inflated(name):
    inflater = zlib.decompressobj(31)
    content = inflater.decompress(read(name), MOST_INFLATED)
    if not inflater.eof or inflater.unused_data:
        raise ValueError("not one whole gzip stream")
    return content


def check_digest(row, keys):
    content = inflated("data/" + row["file"])
    digest = json.loads(content.decode("utf-8"))
    row["sha256_found"] = hashlib.sha256(content).hexdigest()
    row["digest"] = digest
    if row["verdict"] != "valid":
        return
    own = "%s/%s" % (digest["digestS3Bucket"], digest["digestS3Object"])
    if digest["awsAccountId"] != row["account_id"]:
        problem("digest of another account: %s" % row["uri"])
    if row["uri"].startswith("s3://") and row["uri"] != "s3://" + own:
        problem("digest from another place: %s" % row["uri"])
    previous = digest.get("previousDigestSignature")
    text = "\n".join((digest["digestEndTime"], own, row["sha256_found"], previous or "null"))
    end = seconds(digest["digestEndTime"])
    named = [key for key in keys if key[0] == digest["digestPublicKeyFingerprint"].lower()]
    # a backfill digest is signed later than its hour
    fitting = [
        key
        for key in named
        if (key[1] in (None, row["region"]))
        and (row["kind"] == "backfill" or key[2] - ROTATION <= end <= key[3] + ROTATION)
    ]
    if not fitting:
        problem("no public key of its Region and time for the digest %s" % row["uri"])
    elif not any(is_signed(key[4], text.encode("utf-8"), binascii.unhexlify(row["signature"])) for key in fitting):
        problem("wrong signature of the digest %s" % row["uri"])


def place(bucket, key):
    return "%s/%s" % (bucket, key)


def check_links(rows):
    """Each valid digest holds the signature and the hash of the one before."""
    by_place = {place(r["digest"]["digestS3Bucket"], r["digest"]["digestS3Object"]): r for r in rows if "digest" in r}
    links = 0
    for row in rows:
        digest = row.get("digest")
        if digest is None or row["verdict"] != "valid" or not digest.get("previousDigestS3Object"):
            continue
        before = by_place.get(place(digest["previousDigestS3Bucket"], digest["previousDigestS3Object"]))
        if before is None:
            notes.append("the digest before %s is not in the pack: its chain begins there" % row["uri"])
            continue
        links += 1
        told = digest.get("previousDigestHashValue")
        if told and told.lower() != before["sha256_found"]:
            problem("the chain is broken before %s: another hash" % row["uri"])
        elif before["signature"] and digest["previousDigestSignature"].lower() != before["signature"].lower():
            problem("the chain is broken before %s: another signature" % row["uri"])
    return links


def check_chain(files):
    rows = table("data/integrity/signatures.csv")
    keys = public_keys()
    for row in rows:
        if not row["file"]:
            continue
        if "data/" + row["file"] not in files:
            problem("signatures.csv names a digest that is not in the pack: %s" % row["file"])
            continue
        try:
            check_digest(row, keys)
        except (ValueError, KeyError, TypeError, AttributeError, IndexError, zlib.error, EOFError) as error:
            # what was recorded as broken may well be
            if row["verdict"] == "valid":
                problem("cannot read the digest %s: %s" % (row["uri"], error))
    for row in rows:
        if row["verdict"] == "valid" and not row["file"]:
            problem("a valid digest without its file: %s" % row["uri"])
    named = {"data/" + row["file"] for row in rows if row["file"]}
    for path in sorted(files):
        if path.startswith("data/integrity/digests/") and path not in named:
            problem("signatures.csv does not name %s" % path)
    return rows, check_links(rows)


def check_inputs(digests):
    """A log file that is called valid has the hash that a valid digest gives it."""
    listed = {}
    for row in digests:
        if row["verdict"] != "valid" or "digest" not in row:
            continue
        for log in row["digest"].get("logFiles", []):
            listed.setdefault(row["uri"], []).append((log["s3Object"], log["hashValue"].lower()))
    inputs = table("data/inputs.csv")
    for row in inputs:
        if row["digest_verdict"] != "valid":
            continue
        tail = row["uri"][row["uri"].rfind("AWSLogs/") :]
        hashes = [each for key, each in listed.get(row["digest_uri"], []) if key.endswith(tail)]
        if not row["sha256"] or row["sha256"].lower() not in hashes:
            problem("inputs.csv calls a log file valid that its digest does not list with this hash: %s" % row["uri"])
    return inputs


# --- the summary -----------------------------------------------------------


BLANKS = "\x00-\x20\x7f-\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2060\u3000\ufeff"
FORMULA = re.compile("'*(?:[%s]*[=+\\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n])" % BLANKS)


def plain(text):
    """What stood in the cell before an apostrophe was put in front of it for spreadsheets."""
    return text[1:] if text.startswith("'") and FORMULA.match(text[1:]) else text


def table(name):
    return list(rows_of(name))


def rows_of(name):
    csv.field_size_limit(1 << 30)
    with open(path_of(name), encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if None in row or None in row.values():
                raise ValueError("%s has a row of another length than its head" % name)
            yield {column: plain(cell) for column, cell in row.items()}


def check_summary(inputs, digests):
    summary = json.loads(read("data/summary.json"))
    regions = set(summary["boundary"]["regions"])
    counted = dict.fromkeys(
        ("invocations", "served", "outside", "unknown_region", "spilled", "denied", "throttled", "failed"), 0
    )
    keys, outside = set(), set()
    for name in sorted(glob.glob(os.path.join(glob.escape(ROOT), "data", "rows", "invocations-*.csv"))):
        for row in rows_of("data/rows/" + os.path.basename(name)):
            counted["invocations"] += 1
            keys.add(row["invocation_key"])
            if not summary["from"] <= row["event_time"].replace(" ", "T") < summary["to"]:
                problem("a call out of the range: %s" % row["invocation_key"])
            if row["outcome"] in counted:
                counted[row["outcome"]] += 1
            if row["outcome"] == "served":
                counted["spilled"] += row["spilled"] == "true"
                if row["served_region"] == "":
                    counted["unknown_region"] += 1
                elif row["served_region"] not in regions:
                    counted["outside"] += 1
                    outside.add(row["invocation_key"])
    if len(keys) != counted["invocations"]:
        problem("rows/invocations: a call is there twice")
    for name, value in counted.items():
        if summary["figures"].get(name) != value:
            problem("summary.json says %s = %s, and the rows say %d" % (name, summary["figures"].get(name), value))
    if {row["invocation_key"] for row in rows_of("data/rows/outside-boundary.csv")} != outside:
        problem("rows/outside-boundary.csv does not hold the calls outside the boundary")
    check_claims(summary, counted, inputs, digests)
    return summary


def check_claims(summary, counted, inputs, digests):
    claims = {claim["claim"]: claim for claim in summary["claims"]}
    reported = {row["claim"]: row for row in rows_of("data/reports/claims.csv")}
    for name in ("inside-boundary", "complete", "unaltered", "regions-known"):
        claim = claims.get(name)
        if claim is None or name not in reported:
            problem("the claim %s is missing" % name)
            return
        told = (claim["outcome"], claim["numbers"], claim["missing"] or "")
        if told != (reported[name]["outcome"], reported[name]["numbers"], reported[name]["missing"]):
            problem("summary.json and reports/claims.csv differ in the claim %s" % name)
        if claim["outcome"] not in ("met", "not met", "not shown"):
            problem("the claim %s has no outcome: %s" % (name, claim["outcome"]))
        if claim["outcome"] == "met" and claim["missing"]:
            problem("the claim %s is met, and something is missing" % name)
    outcome = {name: claim["outcome"] for name, claim in claims.items()}
    if (outcome["inside-boundary"] == "not met") != (counted["outside"] > 0):
        problem("inside-boundary does not follow from the rows: %d calls outside" % counted["outside"])
    if outcome["inside-boundary"] == "met" and "met" != outcome["complete"]:
        problem("inside-boundary is met although complete is not")
    if counted["unknown_region"] and "met" in (outcome["inside-boundary"], outcome["regions-known"]):
        problem("a claim is met although %d calls have an unknown Region" % counted["unknown_region"])
    looked_at = [row for row in inputs if row["status"] != "skipped"]
    if not looked_at and "met" in outcome.values():
        problem("a claim is met without a log file")
    if outcome["unaltered"] == "met":
        if any(row["digest_verdict"] != "valid" for row in looked_at):
            problem("unaltered is met, and inputs.csv has log files that are not valid")
        if not any(row["verdict"] == "valid" for row in digests):
            problem("unaltered is met without a valid digest")


def main():
    files = present_files()
    schema = info_value(files, "Spillway-Schema")
    if schema is not None and schema != SCHEMA:
        print("unknown-schema: this pack has the form %s, and this program knows %s" % (schema, SCHEMA))
        return 2
    if schema is None:
        problem("bag-info.txt does not say Spillway-Schema")
    count = check_bag(files)
    print("bag: %d files listed" % count)
    try:
        digests, links = check_chain(files)
        inputs = check_inputs(digests)
        valid = sum(row["verdict"] == "valid" for row in digests)
        looked_at = sum(row["status"] != "skipped" for row in inputs)
        if not digests:
            print("CloudTrail's chain: not shown, no digest is in this pack")
        else:
            print("CloudTrail's chain: %d digests, %d valid, %d links; %d log files" % (len(digests), valid, links, looked_at))
            for row in digests:
                if row["verdict"] != "valid":
                    print("  recorded as %s (%s): %s" % (row["verdict"], row["reason"], row["uri"]))
        summary = check_summary(inputs, digests)
        print("summary: %s" % summary["answer"])
        for claim in summary["claims"]:
            print("  %s: %s" % (claim["claim"], claim["outcome"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        problem("cannot be read: %s: %s" % (type(error).__name__, error))
    for note in notes:
        print("note: %s" % note)
    for text in problems:
        print("problem: %s" % text)
    if problems:
        print("invalid")
        return 3
    print("valid-unsigned")
    return 0


if __name__ == "__main__":
    sys.exit(main())
