using System.Security.Cryptography;
using CloudBackup.Encryption;
using CloudBackup.Protection;
using CloudBackup.Tests.Support;

namespace CloudBackup.IntegrationTests;

/// <summary>Other implementations of the format agree with ours, in both directions, and an encrypted backup opens without CloudBackup.</summary>
public sealed class EncryptionToolTests : IDisposable
{
    private const string Password = "pässwörd ' $x 😀";

    private static readonly int[] Sizes = [0, 1, 15, 16, 17, 100, 1_048_575, 1_048_576, 1_048_577];

    private readonly TempFolder _folder = new();
    private readonly FileProtection _protection = new(Secret.Of(Password), TimeProvider.System);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _protection.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Python_decrypts_what_we_encrypt()
    {
        var python = Python();
        foreach (var size in Sizes)
        {
            var content = await EncryptAsync(size);
            Tools.Run("env", Variable, python, Path.Join(Tools.Examples, "decrypt_backup.py"), _folder["file.enc"], _folder["out"]);
            Assert.Equal(content, await File.ReadAllBytesAsync(_folder["out"], Token));
        }
        Flip(_folder["file.enc"], 5000);
        var result = Tools.Try("env", Variable, python, Path.Join(Tools.Examples, "decrypt_backup.py"), _folder["file.enc"], _folder["out2"]);
        Assert.Equal((1, "The password is wrong, or the file is damaged."), (result.ExitCode, result.Error.Trim()));
        Assert.False(File.Exists(_folder["out2"]));
        foreach (var path in new[] { "data/pictures/a.jpg", "ключ/🔑", "-x/..y", new string('n', 156) })
        {
            Assert.Equal(path, Tools.Run("env", Variable, python, Path.Join(Tools.Examples, "decrypt_backup.py"), "--name", _protection.ProtectName(path)));
        }
    }

    [Fact]
    public async Task OpenSSL_decrypts_what_we_encrypt()
    {
        Tools.Need("openssl", "bash", "od");
        foreach (var size in Sizes)
        {
            var content = await EncryptAsync(size);
            Tools.Run("env", Variable, Path.Join(Tools.Examples, "decrypt-backup.sh"), _folder["file.enc"], _folder["out"]);
            Assert.Equal(content, await File.ReadAllBytesAsync(_folder["out"], Token));
        }
        Flip(_folder["file.enc"], 5000);
        Assert.Equal(1, Tools.Try("env", Variable, Path.Join(Tools.Examples, "decrypt-backup.sh"), _folder["file.enc"], _folder["out2"]).ExitCode);
        Assert.False(File.Exists(_folder["out2"]));
    }

    [Fact]
    public async Task Node_agrees_on_keys_files_and_names_in_both_directions()
    {
        Tools.Need("node");
        // An implementation of its own, from the documented format: keys, a file by us to be read, a file and names by it for us.
        const string Script = """
            const c = require('crypto'), fs = require('fs'), [password, inFile, outFile, ...names] = process.argv.slice(1);
            const k = c.scryptSync(password, 'CLOUDRONSCRYPTSALT', 128, { N: 16384, r: 8, p: 1 });
            const [dk, dm, nk, nm] = [0, 32, 64, 96].map(i => k.subarray(i, i + 32));
            const aes = (key, iv, data) => { const a = c.createCipheriv('aes-256-cbc', key, iv); return Buffer.concat([a.update(data), a.final()]); };
            const unaes = (key, iv, data) => { const a = c.createDecipheriv('aes-256-cbc', key, iv); return Buffer.concat([a.update(data), a.final()]); };
            const mac = (key, ...data) => data.reduce((m, d) => m.update(d), c.createHmac('sha256', key)).digest();
            const f = fs.readFileSync(inFile), iv = f.subarray(4, 20), body = f.subarray(20, -32);
            if (f.subarray(0, 4).toString() !== 'CBV2' || !mac(dm, iv, body).equals(f.subarray(-32))) throw new Error('mac');
            const plain = unaes(dk, iv, body), iv2 = c.randomBytes(16), body2 = aes(dk, iv2, plain);
            fs.writeFileSync(outFile, Buffer.concat([Buffer.from('CBV2'), iv2, body2, mac(dm, iv2, body2)]));
            fs.writeFileSync(outFile + '.magic', Buffer.concat([Buffer.from('CBV2'), iv2, body2, mac(dm, 'CBV2', iv2, body2)]));
            const name = n => { const b = Buffer.from(n), v = mac(nm, b).subarray(0, 16); return Buffer.concat([v, aes(nk, v, b)]).toString('base64').replace(/\//g, '-').replace(/=/g, ''); };
            console.log(names.map(name).join('\n'));
            """;
        string[] names = ["a", "pictures", "ключ", "🔑", " ", "-x", "..y", new string('n', 156)];
        foreach (var size in Sizes)
        {
            var content = await EncryptAsync(size);
            var output = Tools.Run("node", ["-e", Script, Password, _folder["file.enc"], _folder["theirs"], .. names]);
            Assert.Equal(names.Select(_protection.ProtectName), output.TrimEnd('\n').Split('\n'));
            foreach (var file in new[] { _folder["theirs"], _folder["theirs.magic"] })
            {
                await _protection.UnprotectAsync(file, _folder["back"], true, NullObserver.Instance, Token);
                Assert.Equal(content, await File.ReadAllBytesAsync(_folder["back"], Token));
            }
        }
        Assert.All(names, name => Assert.Equal(name, _protection.UnprotectName(_protection.ProtectName(name))));
    }

    [Fact]
    public async Task An_encrypted_backup_opens_with_python_and_tar_alone()
    {
        Tools.Need("tar");
        var python = Python();
        using var platform = new TestPlatform();
        SampleTree.MakeSmall(platform.Data, new SeededRandom(11), files: 100, largest: 50_000);
        await platform.SetUpAsync(secrets: Secret.Password(Password));
        var backup = await platform.BackUpAsync();
        var stored = Path.Join(platform.SitePath, backup.RemotePath);
        Tools.Run("env", Variable, python, Path.Join(Tools.Examples, "decrypt_backup.py"), stored + ".tar.gz.enc", _folder["backup.tar.gz"]);
        Tools.Run("tar", "-xpzf", _folder["backup.tar.gz"], "-C", _folder.Make("plain"));
        Assert.Equal(Tree.Describe(platform.Data), Tree.Describe(_folder["plain/data"]));
        Tools.Run("env", Variable, python, Path.Join(Tools.Examples, "decrypt_backup.py"), stored + ".backupinfo.enc", _folder["info"]);
        Assert.Contains(backup.KeyId!, await File.ReadAllTextAsync(_folder["info"], Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Five_gibibytes_come_back()
    {
        const long Length = 5L * 1024 * 1024 * 1024;
        using var keys = BackupKeys.Derive(Secret.Of(Password));
        var encrypted = new Cbv2EncryptStream(new PatternStream(Length), keys, RandomNumberGenerator.GetBytes(16));
        await using var decrypted = new Cbv2DecryptStream(encrypted, keys, MacCoverage.VectorAndCiphertext);
        await using var expected = new PatternStream(Length);
        var (one, two) = (new byte[1 << 20], new byte[1 << 20]);
        long total = 0;
        while (await decrypted.ReadAtLeastAsync(one, one.Length, throwOnEndOfStream: false, Token) is > 0 and var count)
        {
            await expected.ReadExactlyAsync(two.AsMemory(0, count), Token);
            Assert.True(one.AsSpan(0, count).SequenceEqual(two.AsSpan(0, count)), $"It differs before {total + count}.");
            total += count;
        }
        Assert.Equal(Length, total);
    }

    private static string Variable => $"CLOUDBACKUP_PASSWORD={Password}";

    private static string Python()
    {
        var python = new[] { "python3", "/usr/bin/python3" }.FirstOrDefault(program =>
            (Tools.Has(program) || File.Exists(program)) && Tools.Try(program, "-c", "import cryptography").ExitCode == 0);
        Assert.SkipWhen(python is null, "No Python with the package cryptography is installed here.");
        return python;
    }

    private static void Flip(string path, int at)
    {
        var bytes = File.ReadAllBytes(path);
        bytes[at] ^= 1;
        File.WriteAllBytes(path, bytes);
    }

    private async Task<byte[]> EncryptAsync(int size)
    {
        var content = new SeededRandom(size).Bytes(size);
        await File.WriteAllBytesAsync(_folder["file"], content, Token);
        await _protection.ProtectAsync(_folder["file"], _folder["file.enc"], true, NullObserver.Instance, Token);
        return content;
    }

    /// <summary>Bytes in which every place differs from those a chunk or block further on, without being held.</summary>
    private sealed class PatternStream(long length) : Stream
    {
        private readonly byte[] _pattern = new SeededRandom(9).Bytes((1 << 20) + 7);
        private long _position;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => length;

        public override long Position { get => _position; set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var at = (int)(_position % _pattern.Length);
            count = (int)Math.Min(Math.Min(count, _pattern.Length - at), length - _position);
            _pattern.AsSpan(at, count).CopyTo(buffer.AsSpan(offset));
            _position += count;
            return count;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
