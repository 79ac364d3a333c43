using System.Runtime.CompilerServices;
using CloudBackup.Storage.Remote;

namespace CloudBackup.Storage.Decorators;

/// <summary>
/// Tries again what failed for a reason that may pass. Looks only at <see cref="StorageException.IsRetriable"/>; a content that cannot be
/// read twice is not written twice. A listing is retried only until its first item: providers retry their own pages. A flush is not: a system tells
/// only once what it could not write, and the next flush says that all is well.
/// </summary>
internal sealed class RetryStorage : StorageDecorator
{
    private readonly RetryPipeline _pipeline;

    /// <summary>Wraps <paramref name="inner"/>.</summary>
    /// <param name="inner">The storage.</param>
    /// <param name="options">How long to try.</param>
    /// <param name="time">The clock of the waits.</param>
    /// <param name="log">Told of each retry.</param>
    public RetryStorage(IBackupStorage inner, RetryOptions options, TimeProvider time, Action<string> log)
        : base(inner) => _pipeline = new RetryPipeline(options, time, log);

    /// <inheritdoc/>
    public override async IAsyncEnumerable<StoredObject> ListAsync(
        string folder, bool recursive, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        IAsyncEnumerator<StoredObject>? items = null;
        var hasFirst = await RunAsync(
            async token =>
            {
                if (items is not null)
                {
                    await items.DisposeAsync().ConfigureAwait(false);
                }
                items = Inner.ListAsync(folder, recursive, cancellationToken).GetAsyncEnumerator(cancellationToken);
                return await items.MoveNextAsync().ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
        await using var _ = items!.ConfigureAwait(false);
        if (!hasFirst)
        {
            yield break;
        }
        do
        {
            yield return items!.Current;
        }
        while (await items.MoveNextAsync().ConfigureAwait(false));
    }

    /// <inheritdoc/>
    public override Task<StoredObject?> FindAsync(string path, CancellationToken cancellationToken) =>
        RunAsync(token => Inner.FindAsync(path, token), cancellationToken);

    /// <inheritdoc/>
    public override async Task<Stream> OpenReadAsync(string path, long offset, long? length, CancellationToken cancellationToken)
    {
        var stream = await OpenAsync(0, cancellationToken).ConfigureAwait(false);
        return new ResumingStream(stream, OpenAsync);

        Task<Stream> OpenAsync(long done, CancellationToken token) =>
            RunAsync(inner => Inner.OpenReadAsync(path, offset + done, length - done, inner), token);
    }

    /// <inheritdoc/>
    public override Task<long> WriteAsync(string path, ObjectContent content, WriteMode mode, CancellationToken cancellationToken) =>
        content.IsRewindable
            ? RunAsync(token => Inner.WriteAsync(path, content, mode, token), cancellationToken)
            : Inner.WriteAsync(path, content, mode, cancellationToken);

    /// <inheritdoc/>
    public override Task RemoveAsync(string path, CancellationToken cancellationToken) =>
        RunAsync(token => Inner.RemoveAsync(path, token), cancellationToken);

    /// <inheritdoc/>
    public override Task CopyAsync(string from, string to, CancellationToken cancellationToken) =>
        RunAsync(token => Ability<IServerCopy>().CopyAsync(from, to, token), cancellationToken);

    /// <inheritdoc/>
    public override Task TryLinkAsync(string path, string link, CancellationToken cancellationToken) =>
        RunAsync(token => Ability<ILinkTrial>().TryLinkAsync(path, link, token), cancellationToken);

    /// <inheritdoc/>
    public override Task<IReadOnlyList<string>> CopyFolderAsync(
        string from, string to, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        var isFirst = true;
        return RunAsync(
            async token =>
            {
                // A try that failed has done some of it; what is there now was not before, or the first try would have said so.
                var left = isFirst ? names : await NotInAsync(to, names, token).ConfigureAwait(false);
                isFirst = false;
                return await Ability<IFolderCopy>().CopyFolderAsync(from, to, left, token).ConfigureAwait(false);
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public override async Task<IReadOnlyList<RemoveFailure>> RemoveAllAsync(
        IReadOnlyCollection<string> paths, CancellationToken cancellationToken)
    {
        var failures = new List<RemoveFailure>();
        var left = paths;
        try
        {
            await RunAsync(RemoveLeftAsync, cancellationToken).ConfigureAwait(false);
        }
        catch (StorageException) when (failures.Exists(failure => failure.Reason.IsRetriable))
        {
            // Told one by one in the result.
        }
        return failures;

        async Task RemoveLeftAsync(CancellationToken token)
        {
            var now = await Ability<IBulkRemove>().RemoveAllAsync(left, token).ConfigureAwait(false);
            failures.RemoveAll(failure => failure.Reason.IsRetriable);
            failures.AddRange(now);
            left = [.. now.Where(failure => failure.Reason.IsRetriable).Select(failure => failure.Path)];
            if (left.Count > 0)
            {
                throw now.First(failure => failure.Reason.IsRetriable).Reason;
            }
        }
    }

    /// <inheritdoc/>
    public override Task<long> GetFreeSpaceAsync(CancellationToken cancellationToken) =>
        RunAsync(token => Ability<IFreeSpace>().GetFreeSpaceAsync(token), cancellationToken);

    /// <inheritdoc/>
    public override Task<int> SweepPartialsAsync(string path, CancellationToken cancellationToken) =>
        RunAsync(token => Ability<ISweepPartials>().SweepPartialsAsync(path, token), cancellationToken);

    /// <inheritdoc/>
    public override Task RemovePartialAsync(PartialUpload upload, CancellationToken cancellationToken) =>
        RunAsync(token => Ability<IPartialUploads>().RemovePartialAsync(upload, token), cancellationToken);

    /// <inheritdoc/>
    public override Task<string?> FindObstacleAsync(string path, CancellationToken cancellationToken) =>
        RunAsync(token => Ability<IObstacles>().FindObstacleAsync(path, token), cancellationToken);

    /// <inheritdoc/>
    public override Task<IReadOnlyList<string>> GetWarningsAsync(string folder, CancellationToken cancellationToken) =>
        RunAsync(token => Ability<IStorageWarnings>().GetWarningsAsync(folder, token), cancellationToken);

    private async Task<IReadOnlyList<string>> NotInAsync(string folder, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        var present = await Inner.ListAsync(folder, recursive: false, cancellationToken)
            .Select(item => item.Name).ToHashSetAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        return [.. names.Where(name => !present.Contains(name))];
    }

    private Task<bool> RunAsync(Func<CancellationToken, Task> call, CancellationToken cancellationToken) => RunAsync(
        async token =>
        {
            await call(token).ConfigureAwait(false);
            return true;
        },
        cancellationToken);

    private Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken) =>
        _pipeline.RunAsync(call, cancellationToken);
}
