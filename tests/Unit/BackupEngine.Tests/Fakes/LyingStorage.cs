using System.Runtime.CompilerServices;
using CloudBackup.Storage;
using CloudBackup.Storage.Decorators;

namespace CloudBackup.Tests.Fakes;

/// <summary>A storage that confirms what it does not do, and does not show what it has.</summary>
/// <param name="inner">The storage.</param>
/// <param name="lies">What it does.</param>
internal sealed class LyingStorage(IBackupStorage inner, Lies lies) : StorageDecorator(inner)
{
    public override async IAsyncEnumerable<StoredObject> ListAsync(
        string folder, bool recursive, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var count = 0;
        await foreach (var item in Inner.ListAsync(folder, recursive, cancellationToken))
        {
            if (!lies.Hides(item.Path) && ++count <= lies.MostListed)
            {
                yield return item;
            }
        }
    }

    public override async Task<Stream> OpenReadAsync(string path, long offset, long? length, CancellationToken cancellationToken)
    {
        await using var stream = await Inner.OpenReadAsync(path, offset, length, cancellationToken);
        var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes, cancellationToken);
        return new MemoryStream(lies.Spoils(path, bytes.ToArray()));
    }

    public override async Task<long> WriteAsync(string path, ObjectContent content, WriteMode mode, CancellationToken cancellationToken)
    {
        if (!lies.Swallows(path))
        {
            return await Inner.WriteAsync(path, content, mode, cancellationToken);
        }
        await using var stream = content.Open();
        using var sink = new MemoryStream();
        await stream.CopyToAsync(sink, cancellationToken);
        return sink.Length;
    }

    public override Task RemoveAsync(string path, CancellationToken cancellationToken) =>
        lies.Keeps(path) ? Task.CompletedTask : Inner.RemoveAsync(path, cancellationToken);

    public override Task<IReadOnlyList<RemoveFailure>> RemoveAllAsync(IReadOnlyCollection<string> paths, CancellationToken cancellationToken) =>
        base.RemoveAllAsync([.. paths.Where(path => !lies.Keeps(path))], cancellationToken);
}

/// <summary>What a lying storage does.</summary>
internal sealed class Lies
{
    /// <summary>Objects and folders that no listing shows.</summary>
    public Func<string, bool> Hides { get; set; } = _ => false;

    /// <summary>A listing that has more ends here, and says nothing of it.</summary>
    public int MostListed { get; set; } = int.MaxValue;

    /// <summary>Objects whose writes are confirmed and not done.</summary>
    public Func<string, bool> Swallows { get; set; } = _ => false;

    /// <summary>Changes what is read of an object.</summary>
    public Func<string, byte[], byte[]> Spoils { get; set; } = (_, bytes) => bytes;

    /// <summary>Objects whose removals are confirmed and not done.</summary>
    public Func<string, bool> Keeps { get; set; } = _ => false;
}
