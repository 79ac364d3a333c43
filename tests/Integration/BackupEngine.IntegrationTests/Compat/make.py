#!/usr/bin/env python3
"""Makes the data of CompatTests with the cmdlets of another commit: a platform, its sites, and what killed commands left.

    make.py HOST DATA.tar.gz

HOST is the built cloudbackup of that commit, DATA.tar.gz what is written. README.md says how that was done.
"""
import hashlib
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import unicodedata

ROOT = "/var/tmp/cloudbackup-2f99c59"
APPS = f"{ROOT}/apps"
WIKI = f"{APPS}/wiki"
SITES = ("tgz", "tgz-encrypted", "rsync", "rsync-encrypted")
KILL_AT = ["strace", "-f", "-qq", "-o", "/dev/null"]


def run(host, command, *prefix, expected=0):
    """Runs a command of that commit on the platform."""
    environment = dict(os.environ, CLOUDBACKUP_HOME=f"{ROOT}/home", LC_ALL="C.UTF-8")
    result = subprocess.run([*prefix, host, "-Command", command], env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    print(f"{command}\n{result.stdout}{result.stderr}")
    if expected is not None and result.returncode not in (expected, -9 if expected == 137 else expected):
        sys.exit(f"ended with {result.returncode}")
    return result.returncode


def kill_at(call, number):
    """What a command starts with to be killed at the n-th system call of a name."""
    return [*KILL_AT, "-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={number}"]


def write(path, content, mode=0o644, time=1_700_000_000_123_456_789):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(content if isinstance(content, bytes) else content.encode())
    os.chmod(path, mode)
    os.utime(path, ns=(time, time))


def make_wiki():
    """Every kind of entry that a backup carries."""
    noise = random.Random(1)
    write(f"{WIKI}/text.txt", "A line of text.\n" * 300, 0o600)
    write(f"{WIKI}/empty", "")
    write(f"{WIKI}/script", "#!/bin/sh\n", 0o755, 0)
    write(f"{WIKI}/setuid", "set", 0o4755)
    write(f"{WIKI}/before-1970", "old", time=-5_500_000_000)
    write(f"{WIKI}/noise", noise.randbytes(40_000))
    write(f"{WIKI}/compressible", b"0123456789abcdef\n" * 33_000)
    for number in range(12):
        write(f"{WIKI}/pages/{number % 3}/page-{number}", noise.randbytes(20 + number * 40).hex())
    write(f"{WIKI}/cache/left-out", "not in a backup")
    write(f"{WIKI}/pages/left-out.log", "not in a backup")
    os.makedirs(f"{WIKI}/folders/empty", mode=0o750)
    os.makedirs(f"{WIKI}/folders/attributes")
    make_names()
    make_links()
    with open(f"{WIKI}/sparse", "wb") as file:
        file.write(b"start")
        file.seek(200_000)
        file.write(b"middle")
        file.truncate(300_000)
    os.setxattr(f"{WIKI}/text.txt", "user.note", b"an attribute\n\x00\xff")
    os.setxattr(f"{WIKI}/folders/attributes", "user.folder", b"of a folder")
    os.chown(f"{WIKI}/pages/0/page-0", 12345, 54321)
    os.chown(f"{WIKI}/links/broken", 3_000_000, 4_000_000, follow_symlinks=False)
    with sqlite3.connect(f"{WIKI}/notes.db") as database:
        database.execute("CREATE TABLE note (text TEXT)")
        database.executemany("INSERT INTO note VALUES (?)", [(f"note {number}",) for number in range(100)])
    set_times()


def make_names():
    for name in (b" leading and trailing ", b"-dash", b".hidden", b"new\nline", b"back\\slash", "üñïçødé".encode(), "emoji😀".encode(),
                 b"percent%41", b"*?[glob]", b"x" * 150, b"\xff\xfe\x41", b"\xc3", "é".encode() * 50 + b"\x80\x81", b"file.enc"):
        write(os.path.join(f"{WIKI}/names".encode(), name), b"named " + hashlib.sha256(name).digest()[:8].hex().encode())


def make_links():
    os.makedirs(f"{WIKI}/links")
    for name, target in (("relative", "../text.txt"), ("absolute", "/etc/passwd"), ("broken", "nowhere/at all"), ("long", "segment/" * 120),
                         (b"raw", b"a\xffb"), ("folder", "../names")):
        place = os.path.join(f"{WIKI}/links".encode(), os.fsencode(name))
        os.symlink(os.fsencode(target), place)
        os.utime(place, ns=(1_500_000_000_000_000_077,) * 2, follow_symlinks=False)
    write(f"{WIKI}/links/first", "shared")
    os.link(f"{WIKI}/links/first", f"{WIKI}/links/second")
    os.link(f"{WIKI}/links/first", f"{WIKI}/zz-third")
    write(f"{WIKI}/big-shared", b"big" * 20_000)
    os.link(f"{WIKI}/big-shared", f"{WIKI}/links/also-big")


def change_wiki():
    """The second version: something new, something changed, something gone, a file that became a folder, another name of a file."""
    write(f"{WIKI}/pages/0/page-0", "changed in the second version", time=1_710_000_000_000_000_001)
    os.chown(f"{WIKI}/pages/0/page-0", 12345, 54321)
    write(f"{WIKI}/pages/new/page", "new in the second version")
    os.remove(f"{WIKI}/pages/1/page-1")
    os.remove(f"{WIKI}/empty")
    write(f"{WIKI}/empty/inside", "a folder now")
    os.rename(f"{WIKI}/zz-third", f"{WIKI}/zz-moved")
    os.chmod(f"{WIKI}/script", 0o700)
    with sqlite3.connect(f"{WIKI}/notes.db") as database:
        database.execute("INSERT INTO note VALUES ('of the second version')")
    set_times()


def set_times():
    for folder, _, files in os.walk(WIKI.encode(), topdown=False):
        if b"notes.db" in files:
            os.utime(os.path.join(folder, b"notes.db"), ns=(1_720_000_000_000_000_000,) * 2)
        os.utime(folder, ns=(1_600_000_000_000_000_005,) * 2)


def describe(folder):
    """A tree line by line, as the class Tree of the tests does, without what backups leave out and without the database, which is dumped."""
    lines, inodes = [], {}

    def display(path):
        return "".join(
            f"\\x{ord(char) & 0xFF:02x}" if 0xDC80 <= ord(char) <= 0xDCFF or unicodedata.category(char) == "Cc" else char
            for char in path.decode("utf-8", "surrogateescape"))

    def seconds(time):
        sign, digits = ("-", -time) if time < 0 else ("", time)
        return f"{sign}{digits // 10**9}.{digits % 10**9:09d}".rstrip("0").rstrip(".")

    def attributes(path):
        return "".join(f" {name}={os.getxattr(path, name).hex()}" for name in sorted(os.listxattr(path)))

    def other_name(path, facts):
        if facts.st_nlink < 2:
            return ""
        first = inodes.setdefault(facts.st_ino, path)
        return "" if first is path else f" = {first.decode('utf-8', 'surrogateescape')}"

    def walk(path, place):
        for name in sorted(os.listdir(place)):
            child, full = path + b"/" + name, os.path.join(place, name)
            if child == b"/cache" or name.endswith(b".log") or child == b"/notes.db":
                continue
            facts = os.lstat(full)
            rest = f"{facts.st_mode & 0o7777:o} {facts.st_uid}:{facts.st_gid} {seconds(facts.st_mtime_ns)}"
            if os.path.islink(full):
                lines.append(f"{display(child)} SymbolicLink {rest} -> {display(os.readlink(full))}{other_name(child, facts)}")
            elif os.path.isdir(full):
                lines.append(f"{display(child)} Directory {rest} {attributes(full)}")
                walk(child, full)
            else:
                with open(full, "rb") as file:
                    digest = hashlib.sha256(file.read()).hexdigest()[:16]
                lines.append(f"{display(child)} File {rest} {facts.st_size} {digest} {attributes(full)}{other_name(child, facts)}")

    facts = os.lstat(folder)
    lines.append(f". dir {facts.st_mode & 0o7777:o} {facts.st_uid}:{facts.st_gid} {seconds(facts.st_mtime_ns)} {attributes(folder)}")
    walk(b"", folder.encode())
    return lines


def save_manifest(name, app):
    os.makedirs(f"{ROOT}/manifests", exist_ok=True)
    with open(f"{ROOT}/manifests/{name}", "w", encoding="utf-8") as file:
        file.writelines(line + "\n" for line in describe(f"{APPS}/{app}"))


def make_small(app, files, text):
    for number in range(files):
        write(f"{APPS}/{app}/{number % 4}/file-{number}", f"{text} {number}", time=1_700_000_000_000_000_000 + number * 10**9)


def set_up(host):
    for site in SITES:
        os.makedirs(f"{ROOT}/sites/{site}")
    new_sites = "; ".join(
        f"New-BackupSite {site} filesystem -Path {ROOT}/sites/{site} -ExternalDisk -Format {site.split('-')[0]} -Retention @{{ KeepLast = 9 }}"
        + (" -Password ([Net.NetworkCredential]::new('', 'compat').SecurePassword)" if "encrypted" in site else "") for site in SITES)
    dying = "@('/bin/sh', '-c', '[ -e %s/die-in-$CLOUDBACKUP_LOCATION ] && kill -9 $PPID; exit 0')" % ROOT
    apps = [f"Register-BackupApp wiki.example.com -Version 1.2.0 -PackageName wiki -DataDirectory {WIKI} -Exclude cache/, *.log "
            "-Addon (New-BackupAddon sqlite data/notes.db)"]
    for name, command in (("sync", ""), ("fetch", ""), ("swap", "Install"), ("start", "Start"), ("update", "Install")):
        apps.append(f"Register-BackupApp {name}.example.com -Version 1.0 -DataDirectory {APPS}/{name}" + (f" -{command}Command {dying}" if command else ""))
    run(host, f"{new_sites}; {'; '.join(apps)}; Set-Platform -ExtraDirectory {ROOT}/extra")


def back_up(host, location, label, sites=SITES, more=""):
    run(host, "; ".join(f"New-AppBackup {location} -Site {site} -Label '{label}' {more}" for site in sites))


def interrupt(host):
    """Kills a backup, a restore that fetches, and what an app's own command ends: a restore in two states, and an update."""
    for site in ("rsync", "rsync-encrypted"):
        run(host, f"New-AppBackup sync.example.com -Site {site}", *kill_at("pwrite64", 45), expected=137)
    run(host, "Restore-AppBackup (Get-AppBackup fetch.example.com)[0].Id -Force -SkipSafetyBackup", *kill_at("utimensat", 10), expected=137)
    for app in ("swap", "start"):
        write(f"{ROOT}/die-in-{app}.example.com", "")
        run(host, f"Restore-AppBackup (Get-AppBackup {app}.example.com)[0].Id -Force -SkipSafetyBackup", expected=137)
    write(f"{ROOT}/die-in-update.example.com", "")
    run(host, "Update-BackupApp update.example.com -Version 2.0 -Confirm:$false", expected=137)


def main():
    host, target = sys.argv[1:]
    os.umask(0o022)
    shutil.rmtree(ROOT, ignore_errors=True)
    write(f"{ROOT}/extra/mail", "of the platform")
    make_wiki()
    for app in ("sync", "fetch", "swap", "start", "update"):
        make_small(app, 40 if app in ("sync", "fetch") else 4, "backed up")
    set_up(host)
    save_manifest("first", "wiki")
    back_up(host, "wiki.example.com", "first", more="-Preserve")
    change_wiki()
    save_manifest("second", "wiki")
    back_up(host, "wiki.example.com", "second")
    back_up(host, "wiki.example.com", "third")
    run(host, "Get-AppBackup wiki.example.com | Where-Object -Property Label -EQ third | Set-AppBackup -Label 'noted later' -Preserve")
    back_up(host, "sync.example.com", "whole", ("rsync", "rsync-encrypted"))
    back_up(host, "fetch.example.com", "whole", ("rsync",))
    for app in ("swap", "start", "update"):
        back_up(host, f"{app}.example.com", "whole", ("tgz",))
    run(host, "New-PlatformBackup -Site tgz-encrypted -Label platform; New-PlatformBackup -Site rsync -Label platform")
    make_small("sync", 60, "changed")
    for app in ("fetch", "swap", "start", "update"):
        write(f"{APPS}/{app}/present", "what the app has now")
    for app in ("sync", "swap", "start", "fetch", "update"):
        save_manifest(app, app)
    interrupt(host)
    with sqlite3.connect(f"{ROOT}/home/platform.db") as database:
        states = [json.loads(row[0])["phase"] for row in database.execute("SELECT document FROM restore_journal")]
    database.close()
    assert sorted(states) == ["Starting", "Swapping", "Unpacking"], states
    for name in ("swap", "start", "update"):
        os.remove(f"{ROOT}/die-in-{name}.example.com")
    shutil.rmtree(WIKI)
    subprocess.run(["tar", "--sort=name", "--format=posix", "-C", os.path.dirname(ROOT), "-czf", target, os.path.basename(ROOT)], check=True)


main()
