using System.Security.Cryptography;
using CloudBackup.Storage;

namespace CloudBackup.Formats.Index;

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

    /// <summary>Completes the index and stores it.</summary>
    public async Task<IndexFacts> StoreAsync(IBackupStorage storage, string path, CancellationToken cancellationToken)
    {
        var membersOffset = Writer.Complete();
        await _file.FlushAsync(cancellationToken).ConfigureAwait(false);
        _file.Position = 0;
        var hash = await SHA256.HashDataAsync(_file, cancellationToken).ConfigureAwait(false);
        var content = ObjectContent.FromFactory(_file.Length, () => new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        var size = await storage.WriteAsync(path, content, WriteMode.CreateNew, cancellationToken).ConfigureAwait(false);
        return new IndexFacts(size, Convert.ToHexStringLower(hash), membersOffset);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Writer.Dispose();
        _file.Dispose();
    }
}
