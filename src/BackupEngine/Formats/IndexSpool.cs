using System.Security.Cryptography;
using CloudBackup.Encryption;
using CloudBackup.Formats.Index;
using CloudBackup.Layout;
using CloudBackup.Storage;

namespace CloudBackup.Formats;

/// <summary>The index of a running backup, in a temporary file: its length does not depend on memory.</summary>
internal sealed class IndexSpool : IDisposable
{
    private readonly string _path;
    private readonly FileStream _file;

    /// <summary>Starts an index in a folder of the run.</summary>
    public IndexSpool(string folder)
    {
        _path = Path.Join(folder, "index.gz");
        _file = new FileStream(_path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read, bufferSize: 64 * 1024);
        Writer = new IndexWriter(_file);
    }

    /// <summary>Takes the entries.</summary>
    public IndexWriter Writer { get; }

    /// <summary>Completes the index and stores it, encrypted when the backup is.</summary>
    public async Task<IndexFacts> StoreAsync(FormatWriteRequest request, CancellationToken cancellationToken)
    {
        var membersOffset = Writer.Complete();
        await _file.FlushAsync(cancellationToken).ConfigureAwait(false);
        // Encrypted once, into a file: a write that is tried again must store the same bytes.
        var path = request.Sealer is null ? _path : await EncryptAsync(request.Sealer, cancellationToken).ConfigureAwait(false);
        using var stored = OpenShared(path);
        var hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(stored, cancellationToken).ConfigureAwait(false));
        var content = ObjectContent.FromFactory(stored.Length, () => OpenShared(path));
        var size = await request.Storage.WriteAsync(request.Paths.Index, content, WriteMode.CreateNew, cancellationToken).ConfigureAwait(false);
        return new IndexFacts(size, hash, membersOffset, request.Sealer?.IndexMac(request.Paths.RemotePath, hash));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Writer.Dispose();
        _file.Dispose();
    }

    private async Task<string> EncryptAsync(BackupSealer sealer, CancellationToken cancellationToken)
    {
        var path = _path + BackupNames.EncryptedExtension;
        var encrypted = sealer.Encrypt(OpenShared(_path));
        await using var _ = encrypted.ConfigureAwait(false);
        var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        await using var __ = file.ConfigureAwait(false);
        await encrypted.CopyToAsync(file, cancellationToken).ConfigureAwait(false);
        return path;
    }

    private static FileStream OpenShared(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
}
