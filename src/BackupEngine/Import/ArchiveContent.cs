using System.IO.Compression;
using CloudBackup.Encryption;
using CloudBackup.FileTree;
using CloudBackup.Infrastructure;

namespace CloudBackup.Import;

/// <summary>
/// A tar archive of any program, compressed with gzip or bzip2 or not at all, or a zip; encrypted or not. What a file is, its first bytes tell,
/// not its name.
/// </summary>
internal sealed class ArchiveContent : LocalContent
{
    private readonly string _path;
    private readonly BackupCipher? _cipher;
    private readonly Spool? _spool;

    private ArchiveContent(string path, BackupCipher? cipher, Spool? spool, long size)
    {
        _path = path;
        _cipher = cipher;
        _spool = spool;
        Size = size;
    }

    /// <inheritdoc/>
    public override long Size { get; }

    /// <inheritdoc/>
    public override bool IsTrusted => _cipher is not null;

    /// <summary>
    /// Opens an archive. An encrypted one is read once to its end for that: nothing that comes out of it may be relied on before.
    /// </summary>
    /// <exception cref="BackupException">It cannot be read, is too large to be decrypted here, or no key opens it.</exception>
    public static ArchiveContent Open(EngineContext context, string path, ImportKeys keys, CancellationToken cancellationToken)
    {
        using var file = OpenFile(path);
        var start = new PeekStream(file);
        if (start.StartsWith(Cbv2.Magic))
        {
            return keys.Open(path, fitting =>
            {
                var cipher = new BackupCipher(fitting, encryptNames: false, context.Random, MacCoverage.Either);
                return Decrypt(context, path, cipher, cancellationToken);
            });
        }
        file.Position = 0;
        return new ArchiveContent(path, null, null, start.StartsWith("PK"u8) ? ZipEntries.SizeOf(file) : file.Length);
    }

    /// <inheritdoc/>
    public override IEnumerable<LocalEntry> Read(CancellationToken cancellationToken)
    {
        using var file = _spool?.OpenRead() ?? OpenFile(_path);
        using var decrypted = _spool is null ? _cipher?.Decrypt(file) : null;
        var start = new PeekStream(decrypted ?? file);
        foreach (var entry in start.StartsWith("PK"u8) ? ReadZip(file) : ReadTar(start))
        {
            yield return entry;
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _spool?.Dispose();
        base.Dispose();
    }

    private static ArchiveContent Decrypt(EngineContext context, string path, BackupCipher cipher, CancellationToken cancellationToken)
    {
        using var file = OpenFile(path);
        var length = file.Length;
        using var decrypted = cipher.Decrypt(file);
        var plain = new PeekStream(decrypted);
        if (!plain.StartsWith("PK"u8))
        {
            Copy(plain, Stream.Null, cancellationToken);
            return new ArchiveContent(path, cipher, null, length);
        }
        // A zip is read from its end; what is encrypted, from its beginning.
        var spool = new Spool(context, length);
        try
        {
            using (var content = spool.OpenWrite())
            {
                Copy(plain, content, cancellationToken);
            }
            using var zip = spool.OpenRead();
            return new ArchiveContent(path, cipher, spool, ZipEntries.SizeOf(zip));
        }
        catch
        {
            spool.Dispose();
            throw;
        }
    }

    private static IEnumerable<LocalEntry> ReadZip(FileStream file)
    {
        file.Position = 0;
        return ZipEntries.Read(file);
    }

    private static IEnumerable<LocalEntry> ReadTar(PeekStream file)
    {
        using Stream? unpacked = file.StartsWith([0x1F, 0x8B]) ? new GZipStream(file, CompressionMode.Decompress, leaveOpen: true)
            : file.StartsWith("BZh"u8) ? new BZip2Streams(file)
            : null;
        foreach (var entry in TarEntries.Read(unpacked ?? file))
        {
            yield return entry;
        }
    }

    private static void Copy(Stream from, Stream to, CancellationToken cancellationToken)
    {
        var buffer = new byte[256 * 1024];
        while (from.Read(buffer, 0, buffer.Length) is > 0 and var count)
        {
            cancellationToken.ThrowIfCancellationRequested();
            to.Write(buffer, 0, count);
        }
    }

    private static FileStream OpenFile(string path)
    {
        try
        {
            return new FileStream(path, new FileStreamOptions { BufferSize = 64 * 1024, Options = FileOptions.SequentialScan });
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw BackupErrors.FileNotRead(path, failure);
        }
    }

    /// <summary>A file in the platform's home, readable by its owner only; gone when this is disposed.</summary>
    private sealed class Spool : IDisposable
    {
        private readonly EngineContext _context;
        private readonly string _name;
        private readonly string _path;

        public Spool(EngineContext context, long length)
        {
            var free = LocalAccess.FreeSpace(context.Home.Path);
            if (length > free)
            {
                throw BackupErrors.DiskTooSmall(context.Home.Path, length, free);
            }
            _context = context;
            _name = $"import-{context.Random.NextHex(8)}";
            _path = Path.Join(context.Home.MakeTemporaryFolder(_name), "content");
        }

        public FileStream OpenWrite() => new(_path, FileMode.CreateNew, FileAccess.Write);

        public FileStream OpenRead() => new(_path, FileMode.Open, FileAccess.Read);

        public void Dispose() => _context.Home.RemoveTemporaryFolder(_name);
    }
}
