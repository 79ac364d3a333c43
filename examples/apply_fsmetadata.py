#!/usr/bin/env python3
"""Gives the copy of a backup's folder (format rsync) what a plain copy lacks, without CloudBackup: apply_fsmetadata.py FOLDER

FOLDER is a copy, never the backup itself, whose files share their content and modes with other backups. It holds fsmetadata.json and what lies
beside it; decrypt an encrypted backup first. Owners are set when root runs it."""
import base64, json, os, sys

os.chdir(sys.argv[1])
with open("fsmetadata.json", encoding="utf-8") as file:
    entries = json.load(file)["entries"]

def text(entry, name):
    return base64.b64decode(entry[name + "64"]) if name + "64" in entry else entry[name].encode()

def apply(entry):
    path, is_link = text(entry, "path"), entry["type"] == "symlink"
    if os.geteuid() == 0:
        os.chown(path, entry["uid"], entry["gid"], follow_symlinks=False)
    raw = [base64.b64decode(value) for value in entry.get("xattrs", [])]
    for name, value in zip(raw[::2], raw[1::2]):
        os.setxattr(path, name, value, follow_symlinks=False)
    if not is_link:
        os.chmod(path, int(entry["mode"], 8))
    seconds, _, rest = entry["mtime"].partition(".")
    time = int(seconds) * 10**9 + int((rest or "0").ljust(9, "0")) * (-1 if seconds[0] == "-" else 1)
    os.utime(path, ns=(time, time), follow_symlinks=False)

for entry in entries:
    assert not text(entry, "path").startswith(b"/") and b".." not in text(entry, "path").split(b"/"), "no backup of CloudBackup"
    if entry["type"] == "dir":
        os.makedirs(text(entry, "path"), exist_ok=True)
for entry in entries:
    if entry["type"] == "hardlink":
        os.link(text(entry, "link"), text(entry, "path"), follow_symlinks=False)
    elif entry["type"] == "symlink":
        os.symlink(text(entry, "link"), text(entry, "path"))
for entry in [e for e in entries if e["type"] in ("file", "symlink")] + [e for e in reversed(entries) if e["type"] == "dir"]:
    if os.path.lexists(text(entry, "path")):
        apply(entry)
