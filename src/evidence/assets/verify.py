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
import shutil
import subprocess
import sys
import tempfile
import unicodedata
import zlib
from array import array
from datetime import datetime, timedelta, timezone

ROOT = os.path.dirname(os.path.abspath(__file__))
SCHEMA = "1"
ATTESTATION = "attestation.sigstore.json"
SIGNING_KEY = "signing-key.pem"
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
            problem("%s, line %d is not a line of a manifest" % (name, number))
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
        other = folded.setdefault(unicodedata.normalize("NFC", path).lower(), path)
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
        elif path not in tags and path not in ("tagmanifest-sha256.txt", ATTESTATION):
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


def tail_of(key):
    """Where a file lies below its bucket and prefix: a copy keeps that."""
    return key[max(0, key.rfind("AWSLogs/")) :]


def check_links(rows, coverage):
    """Each valid digest holds the signature and the hash of the one before; a hole is no fault of a day that is not called valid."""
    by_place = {place(r["digest"]["digestS3Bucket"], r["digest"]["digestS3Object"]): r for r in rows if "digest" in r}
    named = set()
    for row in rows:
        if row["uri"] in named:
            problem("signatures.csv names a digest twice: %s" % row["uri"])
        named.add(row["uri"])
    tails = {tail_of(uri) for uri in named}
    links = 0
    for row in rows:
        digest = row.get("digest")
        if digest is None or row["verdict"] != "valid" or not digest.get("previousDigestS3Object"):
            continue
        key = digest["previousDigestS3Object"]
        before = by_place.get(place(digest["previousDigestS3Bucket"], key))
        if before is None:
            date = re.search(r"_(\d{4})(\d{2})(\d{2})T\d{6}Z[^/]*$", key)
            day = "-".join(date.groups()) if date else ""
            line = coverage.get((row["account_id"], row["region"], day))
            if tail_of(key) not in tails and line is not None and line["digest_status"] == "valid":
                problem("the digest before %s is not in the pack, and its day is called valid" % row["uri"])
            else:
                notes.append("the digest before %s is not in the pack: its chain begins there" % row["uri"])
            continue
        links += 1
        told = digest.get("previousDigestHashValue")
        if told and told.lower() != before["sha256_found"]:
            problem("the chain is broken before %s: another hash" % row["uri"])
        elif before["signature"] and digest["previousDigestSignature"].lower() != before["signature"].lower():
            problem("the chain is broken before %s: another signature" % row["uri"])
    return links


def check_chain(files, rows, coverage):
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
    return check_links(rows, coverage)


def check_inputs(digests, inputs, missing, coverage):
    """A log file that is called valid is listed so by a valid digest, and nothing that valid digests say is left out."""
    listed, spans, tails, there = {}, {}, {}, set()
    for row in digests:
        if row["verdict"] != "valid" or "digest" not in row:
            continue
        for log in row["digest"].get("logFiles", []):
            tail = tail_of(log["s3Object"])
            listed.setdefault(row["uri"], {})[tail] = log["hashValue"].lower()
            tails.setdefault(tail, []).append(log["hashValue"].lower())
        if row["kind"] != "backfill":
            pair = (row["account_id"], row["region"])
            start, end = seconds(row["digest"]["digestStartTime"]), seconds(row["digest"]["digestEndTime"])
            first, last = spans.get(pair, (start, end))
            spans[pair] = (min(first, start), max(last, end))
    for row in inputs:
        if row["status"] == "skipped":
            continue
        tail, found = tail_of(row["uri"]), row["sha256"].lower()
        there.add(tail)
        if row["digest_verdict"] == "valid":
            if not found or listed.get(row["digest_uri"], {}).get(tail) != found:
                problem(
                    "inputs.csv calls a log file valid that its digest does not list with this hash: %s" % row["uri"]
                )
        elif found and tail in tails:
            if row["digest_verdict"] != "invalid" and found not in tails[tail]:
                problem(
                    "a valid digest lists this log file with another hash, and inputs.csv does not say so: %s"
                    % row["uri"]
                )
        elif found and not row["digest_verdict"]:
            first, last = spans.get((row["account_id"], row["region"]), (float("inf"), 0))
            name = re.search(r"_(\d{8}T\d{4})Z_[^/]*$", row["uri"])
            # the digests after its hour are there too
            if name:
                time = datetime.strptime(name.group(1), "%Y%m%dT%H%M").replace(tzinfo=timezone.utc).timestamp()
                if first <= time <= last - 2 * 3600:
                    problem("no digest lists this log file, and inputs.csv does not say so: %s" % row["uri"])
    there.update(tail_of(row["uri"]) for row in missing)
    for tail in sorted(tails):
        at = re.search(r"(\d{12})/CloudTrail/([a-z0-9-]+)/(\d{4})/(\d{2})/(\d{2})/", tail)
        line = coverage.get((at.group(1), at.group(2), "-".join(at.groups()[2:]))) if at else None
        if tail not in there and line is not None and (line["objects"] or line["gap"] == ""):
            problem("a valid digest lists a log file that neither inputs.csv nor missing-logs.csv has: %s" % tail)


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


FIGURES = ("invocations", "served", "outside", "unknown_region", "spilled", "denied", "throttled", "failed")


def count_calls(summary):
    regions = set(summary["boundary"]["regions"])
    counted = dict.fromkeys(FIGURES, 0)
    outside, served, by_log = set(), set(), {}
    # nine bytes of a hash for each key, the first of them as the place: millions of keys themselves would not fit into memory
    hashes = [array("Q") for _ in range(256)]
    for name in sorted(glob.glob(os.path.join(glob.escape(ROOT), "data", "rows", "invocations-*.csv"))):
        for row in rows_of("data/rows/" + os.path.basename(name)):
            counted["invocations"] += 1
            key = hashlib.blake2b(row["invocation_key"].encode("utf-8"), digest_size=9).digest()
            hashes[key[0]].append(int.from_bytes(key[1:], "big"))
            if not summary["from"] <= row["event_time"].replace(" ", "T") < summary["to"]:
                problem("a call out of the range: %s" % row["invocation_key"])
            if row["outcome"] in ("served", "denied", "throttled", "failed"):
                counted[row["outcome"]] += 1
            if row["outcome"] == "served":
                served.add(row["served_region"])
                counted["spilled"] += row["spilled"] == "true"
                if row["region_evidence"] == "invocation-log":
                    by_log[row["invocation_key"]] = row["served_region"]
                if row["served_region"] == "":
                    counted["unknown_region"] += 1
                elif row["served_region"] not in regions:
                    counted["outside"] += 1
                    outside.add(row["invocation_key"])
    strange = sorted(served - {""} - {row["region"] for row in rows_of("data/reference/regions.csv")})
    if summary["strangeRegions"] != strange:
        problem("summary.json does not name the Regions that the reference data does not know: %s" % ", ".join(strange))
    if any(len(set(part)) < len(part) for part in hashes):
        problem("rows/invocations: a call is there twice")
    for name, value in counted.items():
        if summary["figures"].get(name) != value:
            problem("summary.json says %s = %s, and the rows say %d" % (name, summary["figures"].get(name), value))
    check_calls_by_log(by_log, summary["figures"].get("by_invocation_log"))
    if {row["invocation_key"] for row in rows_of("data/rows/outside-boundary.csv")} != outside:
        problem("rows/outside-boundary.csv does not hold the calls outside the boundary")
    for report, figure in (
        ("reports/spillover-by-region", "served"),
        ("reports/spillover-by-principal", "invocations"),
        ("reports/boundary-violations", "outside"),
        ("reports/denials", "denied"),
        ("countries", "served"),
    ):
        total = sum(int(row["invocations"]) for row in rows_of("data/%s.csv" % report))
        if total != counted[figure]:
            problem(
                "%s.csv adds up to %d calls, and the rows say %s = %d" % (report, total, figure, counted[figure])
            )
    return counted



def check_calls_by_log(resting, told):
    """Calls whose served Region an invocation log alone states: no digest vouches for it, so each is named with its object."""
    if told != len(resting):
        problem("summary.json says by_invocation_log = %s, and the rows say %d" % (told, len(resting)))
    objects = {row["uri"] for row in rows_of("data/invocation-log-inputs.csv")}
    named = set()
    for row in rows_of("data/calls-by-invocation-log.csv"):
        named.add(row["invocation_key"])
        if resting.get(row["invocation_key"]) != row["inference_region"]:
            problem("calls-by-invocation-log.csv and the rows differ in the call %s" % row["invocation_key"])
        if row["object_uri"] not in objects:
            problem("invocation-log-inputs.csv does not have %s" % row["object_uri"])
    for key in sorted(set(resting) - named):
        problem("calls-by-invocation-log.csv does not name the log of the call %s" % key)
    if resting:
        notes.append(
            "the served Region of %d call%s rests on invocation logs, which no digest covers"
            % (len(resting), "" if len(resting) == 1 else "s")
        )


VOUCHLESS = ("unlisted", "cut-end")
RANKS = {"invalid": 1, "missing": 2, "unreadable": 4, "not-yet-digested": 7, "valid": 8}
STATUSES = {
    1: "invalid",
    2: "missing",
    3: "unlisted",
    4: "unreadable",
    5: "undigested",
    7: "not yet digested",
    8: "valid",
}


def standing_of(verdict, reason):
    if verdict == "valid":
        return "valid"
    if verdict in ("invalid", "missing") or (verdict == "undigested" and reason in VOUCHLESS):
        return "wrong"
    if verdict == "not-yet-digested":
        return "open"
    return "unknown" if verdict else "unchecked"


def rank_of(verdict, reason):
    if verdict == "undigested":
        return 3 if reason in VOUCHLESS else 5
    return RANKS.get(verdict, 6)


def count_inputs(inputs, digests, missing, first_day, last_day):
    """What the log files and the digests add up to, for each account, Region and day, and over all."""
    files, worst = {}, {}
    tally = {(kind, how): 0 for kind in ("log", "digest") for how in ("valid", "wrong", "open", "unchecked", "unknown")}

    def judge(kind, row, verdict, reason):
        tally[kind, standing_of(verdict, reason)] += 1
        key = (row["account_id"], row["region"], row["day"])
        worst[key] = min(worst.get(key, 8), rank_of(verdict, reason))

    rejected = 0
    for row in inputs:
        if row["status"] == "skipped":
            continue
        rejected += int(row["rejected"] or 0)
        judge("log", row, row["digest_verdict"], row["digest_reason"])
        # versions of an object that was replaced are one file
        files.setdefault((row["account_id"], row["region"], row["day"], row["uri"]), []).append(row)
    for kind, rows in (("digest", digests), ("log", missing)):
        for row in rows:
            if row["day"] == "" or first_day <= row["day"] <= last_day:
                judge(kind, row, row["verdict"], row["reason"])
    seen = {}
    for (account, region, day, _), versions in files.items():
        line = seen.setdefault((account, region, day), dict.fromkeys(("objects", "records", "bedrock", "bad", "pruned"), 0))
        statuses = {row["status"] for row in versions}
        line["objects"] += 1
        line["records"] += max(int(row["records"] or 0) for row in versions)
        line["bedrock"] += max(int(row["bedrock_events"] or 0) for row in versions)
        line["bad"] += not statuses & {"loaded", "pruned"}
        line["pruned"] += "pruned" in statuses
    return seen, worst, tally, rejected


def pairs_listed():
    listed, expected = {}, {}
    for row in rows_of("data/reference/listed-ranges.csv"):
        listed.setdefault((row["account_id"], row["region"]), []).append((row["first_day"], row["last_day"]))
    for row in rows_of("data/reference/expected-trails.csv"):
        expected.setdefault((row["account_id"], row["region"]), []).append(row["since"])
    return listed, {pair: min([day for day in days if day] or [""]) for pair, days in expected.items()}


def gap_of(key, line, due):
    if line is not None:
        if line["pruned"]:
            return "pruned"
        if line["bad"]:
            return "quarantined"
        if "" in key:
            return "no place"
        return "not listed" if due and due["open"] else ""
    if due["silent"]:
        return "never delivered"
    return "no file" if due["looked"] else "not listed"


def count_coverage(seen, worst, listed, expected, first_day, last_day, today):
    """The rules of the report coverage, without its SQL."""
    spans = {}
    for key in seen:
        if "" not in key:
            first, last = spans.get(key[:2], (key[2], key[2]))
            spans[key[:2]] = (min(first, key[2]), max(last, key[2]))
    listed_to = {pair: max(last for _, last in days) for pair, days in listed.items()}
    any_listed = any(listed_to.values())
    lines = {}
    for pair in set(spans) | set(listed) | set(expected):
        first, last = spans.get(pair, ("", ""))
        to = listed_to.get(pair, "")
        day = max(expected.get(pair, ""), first_day)
        while day <= min(last_day, today):
            looked = any(upto and day <= upto and (not start or day >= start) for start, upto in listed.get(pair, []))
            lines[pair + (day,)] = {
                "open": to != "" and day > to,
                "silent": pair in expected and not first,
                "looked": looked or not any_listed or (first != "" and first <= day <= last),
            }
            day = (datetime.strptime(day, "%Y-%m-%d") + timedelta(days=1)).strftime("%Y-%m-%d")
    coverage = {}
    for key in set(lines) | set(seen):
        line = seen.get(key)
        rank = 6 if "" in key else worst.get(key, 6)
        coverage[key] = {
            "objects": line["objects"] if line else 0,
            "records": line["records"] if line else 0,
            "bedrock_events": line["bedrock"] if line else 0,
            "digest_status": STATUSES.get(rank, "not checked"),
            "gap": gap_of(key, line, lines.get(key)),
        }
    return coverage


def check_coverage(coverage):
    left = dict(coverage)
    columns = ("objects", "records", "bedrock_events", "digest_status", "gap")
    for row in rows_of("data/reports/coverage.csv"):
        key = (row["account_id"], row["region"], row["day"])
        line = left.pop(key, None)
        said = ", ".join(row[column] for column in columns)
        found = ", ".join(str(line[column]) for column in columns) if line else "nothing"
        if said != found:
            problem("reports/coverage.csv says %s of %s, and inputs.csv says %s" % (said, " ".join(key), found))
    for key in sorted(left):
        problem("reports/coverage.csv does not have %s" % " ".join(key))


def listing(*doubts):
    return "; ".join(doubt for doubt in doubts if doubt)


def pairs_of(keys):
    """The three with most days, and how many more."""
    counts = {}
    for account, region, _ in keys:
        counts[account, region] = counts.get((account, region), 0) + 1
    order = sorted(counts, key=lambda pair: (-counts[pair], pair))
    more = " and %d more" % (len(order) - 3) if len(order) > 3 else ""
    return ", ".join(" ".join(pair) for pair in order[:3]) + more


def judge_claims(summary, counted, coverage, listed, expected, tally, rejected):
    """The rules and the words of the report claims, without its SQL: outcome, numbers, what is missing."""
    gaps = {}
    for key, line in coverage.items():
        silence = line["gap"] in ("no file", "never delivered", "not listed")
        if line["gap"] and not (silence and expected and key[:2] not in expected):
            gaps.setdefault(line["gap"], []).append(key)
    objects = sum(line["objects"] for line in coverage.values())
    records = sum(line["records"] for line in coverage.values())
    no_records = "any record in the log files of the range" if not records else ""

    def days(gap, what, named=True):
        found = gaps.get(gap, [])
        return "%s: %d%s" % (what, len(found), " (%s)" % pairs_of(found) if named else "") if found else ""

    silent, lost = gaps.get("never delivered"), sum(coverage[key]["objects"] for key in gaps.get("no place", []))
    of_logs = listing(
        no_records if objects else "any log file of the range",
        "the rest of the range, which is not over" if seconds(summary["asOf"]) < seconds(summary["to"]) else "",
        days("no file", "account-Region-days without a log file"),
        "expected, and never delivered: %s" % pairs_of(silent) if silent else "",
        days("not listed", "account-Region-days that were not listed"),
        days("quarantined", "account-Region-days with a log file that could not be read", False),
        "Bedrock records that were rejected: %d" % rejected if rejected else "",
        "account, Region and day of log files: %d" % lost if lost else "",
        days("pruned", "account-Region-days that retention removed", False),
        "" if listed or expected else "what was listed, or which accounts and Regions are expected",
    )
    served, outside, unknown = counted["served"], counted["outside"], counted["unknown_region"]
    of_regions = "the served Region of calls: %d" % unknown if unknown else ""
    dated = sorted(key[2] for key in coverage if key[2])
    span = " (%s to %s)" % (dated[0] if dated else "unknown", dated[-1] if dated else "unknown") if coverage else ""
    whose = (
        ", %d accounts and Regions expected" % len(expected)
        if expected
        else ", of the accounts and Regions that were seen: none are named as expected"
    )
    both = {how: tally["log", how] + tally["digest", how] for how in ("valid", "wrong", "open", "unchecked", "unknown")}
    checked = both["valid"] + both["wrong"] + both["open"] + both["unknown"]
    gapped = {key for keys in gaps.values() for key in keys}
    unvouched = sum(
        1
        for key, line in coverage.items()
        if line["objects"] == 0 and line["digest_status"] == "not checked" and key in gapped
    )
    of_chain = listing(
        "" if objects else "any log file of the range",
        "" if checked else "a check of the digest chains",
        "a check of log files: %d" % both["unchecked"] if checked and both["unchecked"] else "",
        "digests and log files that nothing vouches for or that could not be read: %d" % both["unknown"]
        if both["unknown"]
        else "",
        "log files that are not digested yet: %d" % both["open"] if both["open"] else "",
        "account-Region-days without a digest: %d" % unvouched if checked and unvouched else "",
    )
    inside = listing(of_logs, of_regions)
    known = listing(no_records, of_regions)

    def outcome(wrong, missing):
        return "not met" if wrong else "not shown" if missing else "met"

    return {
        "inside-boundary": (
            outcome(outside, inside),
            "processed outside: %d of %d served calls; in an unknown Region: %d" % (outside, served, unknown),
            inside,
        ),
        "complete": (
            outcome(0, of_logs),
            "%d account-Region-days%s%s; %d log files with %d records" % (len(coverage), span, whose, objects, records),
            of_logs,
        ),
        "unaltered": (
            outcome(both["wrong"], of_chain),
            "valid: %d log files and %d digests; changed, missing or listed by no digest: %d log files and %d digests"
            % (tally["log", "valid"], tally["digest", "valid"], tally["log", "wrong"], tally["digest", "wrong"])
            if checked
            else "%d log files, none of them checked" % objects,
            of_chain,
        ),
        "regions-known": (
            outcome(0, known),
            "%d served calls, %d of them in an unknown Region" % (served, unknown),
            known,
        ),
    }


def check_claims(summary, judged, files):
    claims = {claim["claim"]: claim for claim in summary["claims"]}
    reported = {row["claim"]: row for row in rows_of("data/reports/claims.csv")}
    for name, (outcome, numbers, missing) in judged.items():
        claim = claims.get(name)
        if claim is None or name not in reported:
            problem("the claim %s is missing" % name)
            continue
        told = (claim["outcome"], claim["numbers"], claim["missing"] or "")
        if told != (reported[name]["outcome"], reported[name]["numbers"], reported[name]["missing"]):
            problem("summary.json and reports/claims.csv differ in the claim %s" % name)
        if told[0] != outcome:
            problem(
                "%s does not follow from the rows: it says %s, and they say %s (%s)" % (name, told[0], outcome, numbers)
            )
        elif told[1] != numbers:
            problem("the numbers of %s are not those of the rows: %s" % (name, numbers))
        elif told[2] != missing:
            problem("what is missing for %s is not what the rows lack: %s" % (name, missing or "nothing"))
    if len(summary["claims"]) != len(judged):
        problem("summary.json has other claims than those that can be checked")
    answer = answer_of(summary, claims.get("inside-boundary"))
    if summary["answer"] != answer:
        problem("the answer in summary.json is not that of its claims")
    if info_value(files, "External-Description") != answer:
        problem("External-Description in bag-info.txt is not the answer of summary.json")
    config = json.loads(read("data/config.json").decode("utf-8"))
    for name in ("boundary", "from", "to", "asOf", "personalData"):
        if config.get(name) != summary[name]:
            problem("config.json and summary.json differ in %s" % name)
    name = summary["boundary"]["name"]
    regions = sorted(row["region"] for row in rows_of("data/reference/boundaries.csv") if row["name"] == name)
    if regions and regions != sorted(summary["boundary"]["regions"]):
        problem("the Regions of the boundary %s are not those of reference/boundaries.csv" % name)


def answer_of(summary, inside):
    what = "Amazon Bedrock inference from %s to %s (not included) was processed in the boundary %s: " % (
        summary["from"],
        summary["to"],
        summary["boundary"]["name"],
    )
    if inside is None:
        return what + "not shown"
    missing = "; missing: %s" % inside["missing"] if inside["outcome"] == "not shown" and inside["missing"] else ""
    return "%s%s (%s%s)" % (what, inside["outcome"], inside["numbers"], missing)


# --- the signature ---------------------------------------------------------


def predicate_of(summary):
    named = {how: [c["claim"] for c in summary["claims"] if c["outcome"] == how] for how in ("met", "not shown", "not met")}
    return {
        "result": "FAILED" if named["not met"] else "WARNED" if named["not shown"] else "PASSED",
        "configuration": [{"name": "data/config.json", "digest": {"sha256": sha256_of("data/config.json")}}],
        "passedTests": named["met"],
        "warnedTests": named["not shown"],
        "failedTests": named["not met"],
    }


def openssl_accepts(openssl, key, der, text, signature):
    """True, False, or None where this openssl cannot say. Its input lies in a folder of its own, outside of the pack."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [os.path.join(folder, name) for name in ("signed", "signature")]
        for path, content in zip(paths, (text, signature)):
            with open(path, "wb") as file:
                file.write(content)
        if b"\x06\x03\x2b\x65\x70" in der[:16]:
            command = ["pkeyutl", "-verify", "-pubin", "-inkey", key, "-rawin", "-in", paths[0], "-sigfile", paths[1]]
        else:
            command = ["dgst", "-sha256", "-verify", key, "-signature", paths[1], paths[0]]
        done = subprocess.run([openssl] + command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        if done.returncode == 0:
            return True
        return False if re.search(b"[Vv]erif", done.stdout) else None


def check_signature(files, summary):
    """True if the pack is signed by the key that lies in it, False if not, None where that cannot be checked here."""
    if ATTESTATION not in files:
        if SIGNING_KEY in files:
            problem("missing: %s (%s says that the pack was signed)" % (ATTESTATION, SIGNING_KEY))
        return False
    before = len(problems)

    def wrong(text):
        problem("%s: %s" % (ATTESTATION, text))

    try:
        bundle = json.loads(read(ATTESTATION).decode("utf-8"))
        envelope = bundle["dsseEnvelope"]
        payload = base64.b64decode(envelope["payload"], validate=True)
        (signature,) = envelope["signatures"]
        statement = json.loads(payload.decode("utf-8"))
        (subject,) = statement["subject"]
        pem = read(SIGNING_KEY).decode("ascii")
        der = base64.b64decode("".join(line for line in pem.splitlines() if "-----" not in line))
        if not bundle["mediaType"].startswith("application/vnd.dev.sigstore.bundle.v0.3"):
            wrong("no Sigstore bundle v0.3")
        if envelope["payloadType"] != "application/vnd.in-toto+json":
            wrong("no in-toto statement")
        if statement["_type"] != "https://in-toto.io/Statement/v1":
            wrong("no in-toto statement v1")
        if subject["name"] != "tagmanifest-sha256.txt" or subject["digest"]["sha256"] != sha256_of("tagmanifest-sha256.txt"):
            wrong("it is about another tagmanifest-sha256.txt")
        if statement["predicate"] != predicate_of(summary):
            wrong("its result is not that of the claims in summary.json")
        key_id = hashlib.sha256(der).hexdigest()
        if signature["keyid"] != key_id:
            wrong("signed with the key %s, and not with %s" % (signature["keyid"], key_id))
        kind = envelope["payloadType"].encode("utf-8")
        signed = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)
        value = base64.b64decode(signature["sig"], validate=True)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        wrong("cannot be read: %s: %s" % (type(error).__name__, error))
        return False
    openssl = shutil.which("openssl")
    accepted = openssl_accepts(openssl, path_of(SIGNING_KEY), der, signed, value) if openssl else None
    if accepted is None:
        notes.append("the signature is not checked: %s" % ("this openssl cannot" if openssl else "there is no openssl here"))
    elif not accepted:
        wrong("the signature does not fit")
    if len(problems) > before:
        return False
    if accepted:
        print("signature: by the key %s, which lies in the pack:" % key_id)
        print("  compare that with what the sender told you by another way")
    return accepted


def main():
    files = present_files()
    schema = info_value(files, "Spillway-Schema")
    if schema is not None and schema != SCHEMA:
        print("unknown-schema: this pack has the form %s, and this program knows %s" % (schema, SCHEMA))
        return 2
    if schema is None:
        problem("bag-info.txt does not say Spillway-Schema")
    signed = False
    count = check_bag(files)
    print("bag: %d files listed" % count)
    try:
        summary = json.loads(read("data/summary.json").decode("utf-8"))
        first_day = summary["from"][:10]
        last_day = datetime.fromtimestamp(seconds(summary["to"]) - 0.001, timezone.utc).strftime("%Y-%m-%d")
        digests, missing = table("data/integrity/signatures.csv"), table("data/integrity/missing-logs.csv")
        inputs = table("data/inputs.csv")
        seen, worst, tally, rejected = count_inputs(inputs, digests, missing, first_day, last_day)
        listed, expected = pairs_listed()
        coverage = count_coverage(seen, worst, listed, expected, first_day, last_day, summary["asOf"][:10])
        links = check_chain(files, digests, coverage)
        check_inputs(digests, inputs, missing, coverage)
        valid = sum(row["verdict"] == "valid" for row in digests)
        looked_at = sum(row["status"] != "skipped" for row in inputs)
        if not digests:
            print("CloudTrail's chain: not shown, no digest is in this pack")
        else:
            print("CloudTrail's chain: %d digests, %d valid, %d links; %d log files" % (len(digests), valid, links, looked_at))
            for row in digests:
                if row["verdict"] != "valid":
                    print("  recorded as %s (%s): %s" % (row["verdict"], row["reason"], row["uri"]))
        counted = count_calls(summary)
        check_coverage(coverage)
        check_claims(summary, judge_claims(summary, counted, coverage, listed, expected, tally, rejected), files)
        signed = check_signature(files, summary)
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
    print("valid" if signed else "valid-unsigned")
    return 0


if __name__ == "__main__":
    sys.exit(main())
