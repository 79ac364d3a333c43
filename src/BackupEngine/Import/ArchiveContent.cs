using System.Text;
using CloudBackup.Encryption;
using CloudBackup.FileTree;
using CloudBackup.Infrastructure;
using CloudBackup.Platform;

namespace CloudBackup.Import;

/// <summary>
/// A tar archive of any program, compressed with gzip or bzip2 or not at all, or a zip; encrypted or not. What a file is, its first block tells,
/// not its name.
/// </summary>
internal sealed class ArchiveContent : LocalContent
{
    private readonly string _path;
    private readonly BackupOpener? _opener;
    private readonly Spool? _spool;
    private readonly Encoding? _zipEncoding;
    private ArchiveReading? _last;

    private ArchiveContent(string path, BackupOpener? opener, Spool? spool, long size, Encoding? zipEncoding)
    {
        _zipEncoding = zipEncoding;
        _path = path;
        _opener = opener;
        _spool = spool;
        Size = size;
    }

    /// <inheritdoc/>
    public override long Size { get; }

    /// <inheritdoc/>
    public override bool IsTrusted => _opener is not null;

    /// <summary>
    /// Opens an archive. An encrypted one is read once to its end for that: nothing that comes out of it may be relied on before.
    /// </summary>
    /// <param name="context">The platform.</param>
    /// <param name="path">The archive.</param>
    /// <param name="keys">Keys that may open it.</param>
    /// <param name="zipEncoding">How names of a zip are encoded that do not say so; null when it was not given.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="BackupException">It cannot be read, is too large to be decrypted here, or no key opens it.</exception>
    public static ArchiveContent Open(EngineContext context, string path, ImportKeys keys, Encoding? zipEncoding, CancellationToken cancellationToken)
    {
        var reading = new ArchiveReading(path, zipEncoding, cancellationToken);
        using var file = OpenFile(path);
        var start = new PeekStream(file);
        if (start.StartsWith(Cbv2.Magic))
        {
            return keys.Open(path, fitting =>
            {
                var opener = new BackupOpener(fitting, encryptNames: false, MacCoverage.Either);
                return Decrypt(context, reading, opener);
            });
        }
        var kind = Recognise(file, reading);
        return new ArchiveContent(path, null, null, kind == ArchiveKind.Zip ? ZipEntries.SizeOf(file, reading) : file.Length, zipEncoding);
    }

    /// <inheritdoc/>
    public override IEnumerable<LocalEntry> Read(CancellationToken cancellationToken)
    {
        using var file = _spool?.OpenRead() ?? OpenFile(_path);
        using var decrypted = _spool is null ? _opener?.Decrypt(file) : null;
        var start = new PeekStream(decrypted ?? file);
        var reading = _last = new ArchiveReading(_path, _zipEncoding, cancellationToken);
        foreach (var entry in ArchiveKinds.Of(start) == ArchiveKind.Zip ? ZipEntries.Read(file, reading) : ReadTar(start, reading))
        {
            yield return entry;
        }
    }

    /// <inheritdoc/>
    public override void Report(IOperationObserver observer) => _last?.Report(observer);

    /// <inheritdoc/>
    public override void Dispose()
    {
        _spool?.Dispose();
        base.Dispose();
    }

    private static ArchiveContent Decrypt(EngineContext context, ArchiveReading reading, BackupOpener opener)
    {
        var cancellationToken = reading.CancellationToken;
        using var file = OpenFile(reading.Path);
        var length = file.Length;
        using var decrypted = opener.Decrypt(file);
        var plain = new PeekStream(decrypted);
        if (ArchiveKinds.Of(plain) != ArchiveKind.Zip)
        {
            Copy(plain, Stream.Null, cancellationToken);
            return new ArchiveContent(reading.Path, opener, null, length, reading.ZipEncoding);
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
            return new ArchiveContent(reading.Path, opener, spool, ZipEntries.SizeOf(zip, reading), reading.ZipEncoding);
        }
        catch
        {
            spool.Dispose();
            throw;
        }
    }

    private static IEnumerable<LocalEntry> ReadTar(PeekStream file, ArchiveReading reading)
    {
        using var unpacked = Decompress(file);
        var archive = unpacked is null ? file : new PeekStream(unpacked);
        if (ArchiveKinds.Of(archive) != ArchiveKind.Tar)
        {
            throw ArchiveKinds.Refuse(archive, reading.Path, isCompressed: unpacked is not null);
        }
        foreach (var entry in TarEntries.Read(archive, reading))
        {
            yield return entry;
        }
    }

    private static Stream? Decompress(PeekStream file) => ArchiveKinds.Of(file) switch
    {
        ArchiveKind.Gzip => new GzipContent(file),
        ArchiveKind.BZip2 => new BZip2Streams(file),
        _ => null,
    };

    /// <summary>What kind of archive it is; refuses at once what cannot be read.</summary>
    private static ArchiveKind Recognise(FileStream file, ArchiveReading reading)
    {
        file.Position = 0;
        var start = new PeekStream(file);
        var kind = ArchiveKinds.Of(start);
        if (kind != ArchiveKind.Zip)
        {
            using var entries = ReadTar(start, reading).GetEnumerator();
            entries.MoveNext();
        }
        return kind;
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
            return RegularFile.Open(path, 64 * 1024);
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
