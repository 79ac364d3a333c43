#!/usr/bin/env python3
"""Decrypts CloudBackup's encrypted files without CloudBackup (format: docs/en-US/about_CloudBackupEncryption.md).

    decrypt_backup.py FILE OUT     a file: an archive, an index, a backup info, an object of a folder tree
    decrypt_backup.py --name NAME  an encrypted name or path
The password is asked for, or taken from the environment variable CLOUDBACKUP_PASSWORD. Needs the package cryptography."""
import base64, getpass, hashlib, hmac, os, sys
from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

password = os.environ.get("CLOUDBACKUP_PASSWORD") or getpass.getpass()
keys = hashlib.scrypt(password.encode(), salt=b"CLOUDRONSCRYPTSALT", n=16384, r=8, p=1, dklen=128)
data_key, data_mac, name_key, name_mac = (keys[i:i + 32] for i in range(0, 128, 32))

def decrypt_file(source, target):
    with open(source, "rb") as file, open(target, "wb") as out:
        left, mac = os.path.getsize(source) - 52, hmac.new(data_mac, digestmod="sha256")
        magic, iv = file.read(4), file.read(16)
        mac.update(iv)
        aes, pad = Cipher(algorithms.AES(data_key), modes.CBC(iv)).decryptor(), padding.PKCS7(128).unpadder()
        while magic == b"CBV2" and left > 0:
            chunk = file.read(min(left, 1 << 20))
            left -= len(chunk)
            mac.update(chunk)
            out.write(pad.update(aes.update(chunk)))
        if left == 0 and hmac.compare_digest(mac.digest(), file.read()):
            return out.write(pad.finalize())
    os.remove(target)
    sys.exit("The password is wrong, or the file is damaged.")

def decrypt_name(name):
    raw = base64.b64decode(name.replace("-", "/") + "=" * (-len(name) % 4))
    aes, pad = Cipher(algorithms.AES(name_key), modes.CBC(raw[:16])).decryptor(), padding.PKCS7(128).unpadder()
    plain = pad.update(aes.update(raw[16:])) + pad.finalize()
    return plain if hmac.digest(name_mac, plain, "sha256")[:16] == raw[:16] else sys.exit("The password is wrong, or the name is damaged.")

if sys.argv[1] == "--name":
    sys.stdout.buffer.write(b"/".join(decrypt_name(part) for part in sys.argv[2].split("/")))
else:
    decrypt_file(sys.argv[1], sys.argv[2])
