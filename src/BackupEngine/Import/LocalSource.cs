using System.IO.Compression;
using CloudBackup.Encryption;
using CloudBackup.FileTree;
using CloudBackup.Formats;
using CloudBackup.Formats.Tar;
using CloudBackup.Infrastructure;
using CloudBackup.Progress;
using CloudBackup.Restore;
using ICSharpCode.SharpZipLib;
using ICSharpCode.SharpZipLib.BZip2;

namespace CloudBackup.Import;

/// <summary>
/// A file or folder on this machine that holds a folder <c>data</c>: an archive of ours, encrypted or not, without its index; a tar archive of
/// another program, compressed with gzip or bzip2 or not at all; a zip; or a plain folder. What a file is, its first bytes tell, not its name.
/// </summary>
internal sealed class LocalSource(EngineContext context, string path, BackupKeys? keys) : IRestoreSource
{
    /// <inheritdoc/>
    public string Name => path;

    /// <inheritdoc/>
    public string? Version => null;

    /// <summary>
    /// Refuses what can be told to be useless before anything is touched. An encrypted file is read once to its end for that: nothing that comes
    /// out of it may be relied on before.
    /// </summary>
    /// <exception cref="BackupException">It is not there, cannot be read, needs a password, or was encrypted with another one.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        if (Directory.Exists(path))
        {
            return;
        }
        var file = OpenFile();
        await using var _ = file.ConfigureAwait(false);
        if (!Starts(file, Cbv2.Magic))
        {
            return;
        }
        try
        {
            var plain = NewCipher().Decrypt(file);
            await using var __ = plain.ConfigureAwait(false);
            await plain.CopyToAsync(Stream.Null, cancellationToken).ConfigureAwait(false);
        }
        catch (WrongPasswordOrDamagedException failure)
        {
            throw BackupErrors.WrongPasswordOrDamaged($"'{path}'", failure);
        }
    }

    /// <inheritdoc/>
    public async Task<AppConfig?> UnpackAsync(UnpackTarget target, CancellationToken cancellationToken)
    {
        try
        {
            return await Task.Run(() => Unpack(target, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        catch (WrongPasswordOrDamagedException failure)
        {
            throw BackupErrors.WrongPasswordOrDamaged($"'{path}'", failure);
        }
        catch (Exception failure) when (failure is SharpZipBaseException or InvalidDataException or EndOfStreamException or TarFormatException)
        {
            throw BackupErrors.ImportUnreadable(path, failure.Message, failure);
        }
        catch (FileTreeException failure)
        {
            throw BackupErrors.DestinationUnusable(target.Destination, failure);
        }
    }

    private AppConfig? Unpack(UnpackTarget target, CancellationToken cancellationToken)
    {
        using var root = LocalFileSystem.Open(target.Folder);
        using var restored = new RestoreTarget(root, path, isTrusted: keys is not null, target.Destination);
        using var scope = new Scope();
        var counters = new RunCounters();
        using (new ProgressReporter(target.Activity, counters, target.Observer, context.Time))
        {
            new LocalUnpacker(restored, path, counters).Run(Open(target.Destination, scope, cancellationToken), cancellationToken);
        }
        var config = UnpackedContent.TryReadConfig(root, path);
        UnpackedContent.Assemble(config, root);
        root.FlushFileSystem();
        restored.Tell(target.Observer);
        return config;
    }

    private IEnumerable<LocalEntry> Open(string destination, Scope scope, CancellationToken cancellationToken)
    {
        if (Directory.Exists(path))
        {
            return FolderEntries.Read(path, cancellationToken);
        }
        Stream file = scope.Add(OpenFile());
        if (Starts(file, Cbv2.Magic))
        {
            var plain = new PeekStream(scope.Add(NewCipher().Decrypt(file)));
            return plain.StartsWith("PK"u8) ? ZipEntries.Read(scope.Spool(plain, context), OwnerOf(destination)) : OpenTar(plain, plain.StartsWith, scope);
        }
        return Starts(file, "PK"u8) ? ZipEntries.Read(file, OwnerOf(destination)) : OpenTar(file, magic => Starts(file, magic), scope);
    }

    private static IEnumerable<LocalEntry> OpenTar(Stream file, StartsWith startsWith, Scope scope) =>
        startsWith([0x1F, 0x8B]) ? TarEntries.Read(scope.Add(new GZipStream(file, CompressionMode.Decompress)))
        : startsWith("BZh"u8) ? TarEntries.Read(scope.Add(new BZip2InputStream(file)))
        : TarEntries.Read(file);

    private BackupCipher NewCipher() =>
        new(keys ?? throw BackupErrors.ImportPasswordNeeded(path), encryptNames: false, context.Random, MacCoverage.Either);

    private FileStream OpenFile()
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

    private static bool Starts(Stream file, ReadOnlySpan<byte> magic)
    {
        Span<byte> start = stackalloc byte[8];
        var count = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        file.Position = 0;
        return start[..count].StartsWith(magic);
    }

    private static (uint User, uint Group) OwnerOf(string folder)
    {
        using var node = LocalFileSystem.Open(LocalAccess.NearestExisting(folder));
        var facts = node.ReadFacts();
        return (facts.UserId, facts.GroupId);
    }

    private delegate bool StartsWith(ReadOnlySpan<byte> magic);

    /// <summary>What is open while the source is read.</summary>
    private sealed class Scope : IDisposable
    {
        private readonly Stack<IDisposable> _open = new();

        public Stream Add(Stream stream)
        {
            _open.Push(stream);
            return stream;
        }

        /// <summary>A copy on the disk, for what must be sought in; gone with the scope.</summary>
        public Stream Spool(Stream content, EngineContext context)
        {
            var name = $"import-{context.Random.NextHex(8)}";
            var folder = context.Home.MakeTemporaryFolder(name);
            _open.Push(new Removal(() => context.Home.RemoveTemporaryFolder(name)));
            var spool = Add(new FileStream(Path.Join(folder, "content"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 64 * 1024));
            content.CopyTo(spool);
            spool.Position = 0;
            return spool;
        }

        public void Dispose()
        {
            while (_open.TryPop(out var stream))
            {
                stream.Dispose();
            }
        }
    }

    private sealed class Removal(Action remove) : IDisposable
    {
        public void Dispose() => remove();
    }
}
