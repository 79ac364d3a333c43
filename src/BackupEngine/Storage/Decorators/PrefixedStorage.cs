using System.Runtime.CompilerServices;
using CloudBackup.FileTree;

namespace CloudBackup.Storage.Decorators;

/// <summary>A storage below a folder of another one.</summary>
internal sealed class PrefixedStorage(IBackupStorage inner, string prefix) : StorageDecorator(inner)
{
    /// <inheritdoc/>
    public override StorageCapabilities Capabilities =>
        Inner.Capabilities with { LongestPath = Inner.Capabilities.LongestPath - PathText.CountBytes(prefix) - 1 };

    /// <inheritdoc/>
    public override async IAsyncEnumerable<StoredObject> ListAsync(
        string folder, bool recursive, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var item in Inner.ListAsync(StoragePath.Join(prefix, folder), recursive, cancellationToken).ConfigureAwait(false))
        {
            yield return Relative(item);
        }
    }

    /// <inheritdoc/>
    public override async Task<StoredObject?> FindAsync(string path, CancellationToken cancellationToken) =>
        await Inner.FindAsync(Full(path), cancellationToken).ConfigureAwait(false) is { } found ? Relative(found) : null;

    /// <inheritdoc/>
    public override Task<Stream> OpenReadAsync(string path, long offset, long? length, CancellationToken cancellationToken) =>
        Inner.OpenReadAsync(Full(path), offset, length, cancellationToken);

    /// <inheritdoc/>
    public override Task<long> WriteAsync(string path, ObjectContent content, WriteMode mode, CancellationToken cancellationToken) =>
        Inner.WriteAsync(Full(path), content, mode, cancellationToken);

    /// <inheritdoc/>
    public override Task RemoveAsync(string path, CancellationToken cancellationToken) => Inner.RemoveAsync(Full(path), cancellationToken);

    /// <inheritdoc/>
    public override Task<int> SweepPartialsAsync(string path, CancellationToken cancellationToken) =>
        Ability<ISweepPartials>().SweepPartialsAsync(Full(path), cancellationToken);

    /// <inheritdoc/>
    public override Task CopyAsync(string from, string to, CancellationToken cancellationToken) =>
        Ability<IServerCopy>().CopyAsync(Full(from), Full(to), cancellationToken);

    /// <inheritdoc/>
    public override Task TryLinkAsync(string path, string link, CancellationToken cancellationToken) =>
        Ability<ILinkTrial>().TryLinkAsync(Full(path), Full(link), cancellationToken);

    /// <inheritdoc/>
    public override async Task<IReadOnlyList<RemoveFailure>> RemoveAllAsync(
        IReadOnlyCollection<string> paths, CancellationToken cancellationToken)
    {
        var failures = await Ability<IBulkRemove>().RemoveAllAsync([.. paths.Select(Full)], cancellationToken).ConfigureAwait(false);
        return [.. failures.Select(failure => failure with { Path = failure.Path[(prefix.Length + 1)..] })];
    }

    /// <inheritdoc/>
    public override Task<IReadOnlyList<string>> CopyFolderAsync(
        string from, string to, IReadOnlyList<string> names, CancellationToken cancellationToken) =>
        Ability<IFolderCopy>().CopyFolderAsync(Full(from), Full(to), names, cancellationToken);

    /// <inheritdoc/>
    public override async IAsyncEnumerable<PartialUpload> ListPartialsAsync(
        string folder, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var uploads = Ability<IPartialUploads>().ListPartialsAsync(StoragePath.Join(prefix, folder), cancellationToken);
        await foreach (var upload in uploads.ConfigureAwait(false))
        {
            yield return upload with { Path = upload.Path[(prefix.Length + 1)..] };
        }
    }

    /// <inheritdoc/>
    public override Task RemovePartialAsync(PartialUpload upload, CancellationToken cancellationToken) =>
        Ability<IPartialUploads>().RemovePartialAsync(upload with { Path = Full(upload.Path) }, cancellationToken);

    /// <inheritdoc/>
    public override async Task<string?> FindObstacleAsync(string path, CancellationToken cancellationToken) =>
        await Ability<IObstacles>().FindObstacleAsync(Full(path), cancellationToken).ConfigureAwait(false) is not { } found ? null
            : found.Length > prefix.Length ? found[(prefix.Length + 1)..]
            : found; // the prefix itself, or a folder above it

    /// <inheritdoc/>
    public override Task<IReadOnlyList<string>> GetWarningsAsync(string folder, CancellationToken cancellationToken) =>
        Ability<IStorageWarnings>().GetWarningsAsync(StoragePath.Join(prefix, folder), cancellationToken);

    private string Full(string path) => StoragePath.Join(prefix, StoragePath.Check(path));

    private StoredObject Relative(StoredObject item) => item with { Path = item.Path[(prefix.Length + 1)..] };
}
