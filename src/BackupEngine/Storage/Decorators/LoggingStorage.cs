using System.Globalization;

namespace CloudBackup.Storage.Decorators;

/// <summary>Tells of every call that changes or reads an object, how long it took and how it ended. Paths only, never contents.</summary>
internal sealed class LoggingStorage(IBackupStorage inner, TimeProvider time, Action<string> log) : StorageDecorator(inner)
{
    /// <inheritdoc/>
    public override Task<Stream> OpenReadAsync(string path, long offset, long? length, CancellationToken cancellationToken) =>
        LogAsync($"read {path} from {offset}", () => Inner.OpenReadAsync(path, offset, length, cancellationToken), _ => "");

    /// <inheritdoc/>
    public override Task<long> WriteAsync(string path, ObjectContent content, WriteMode mode, CancellationToken cancellationToken) =>
        LogAsync($"write {path}", () => Inner.WriteAsync(path, content, mode, cancellationToken), size => $", {size} bytes");

    /// <inheritdoc/>
    public override Task RemoveAsync(string path, CancellationToken cancellationToken) =>
        LogAsync($"remove {path}", () => Inner.RemoveAsync(path, cancellationToken));

    /// <inheritdoc/>
    public override Task CopyAsync(string from, string to, CancellationToken cancellationToken) =>
        LogAsync($"copy {from} to {to}", () => Ability<IServerCopy>().CopyAsync(from, to, cancellationToken));

    /// <inheritdoc/>
    public override Task TryLinkAsync(string path, string link, CancellationToken cancellationToken) =>
        LogAsync($"link {path} to {link}", () => Ability<ILinkTrial>().TryLinkAsync(path, link, cancellationToken));

    /// <inheritdoc/>
    public override Task<IReadOnlyList<RemoveFailure>> RemoveAllAsync(IReadOnlyCollection<string> paths, CancellationToken cancellationToken) =>
        LogAsync(
            $"remove {paths.Count} objects",
            () => Ability<IBulkRemove>().RemoveAllAsync(paths, cancellationToken),
            failures => failures.Count == 0 ? "" : $", {failures.Count} could not be removed");

    /// <inheritdoc/>
    public override Task<IReadOnlyList<string>> CopyFolderAsync(
        string from, string to, IReadOnlyList<string> names, CancellationToken cancellationToken) =>
        LogAsync(
            $"copy {names.Count} objects from {from} to {to}",
            () => Ability<IFolderCopy>().CopyFolderAsync(from, to, names, cancellationToken),
            missing => missing.Count == 0 ? "" : $", {missing.Count} are not there");

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) =>
        LogAsync("flush", () => Ability<IDeferredFlush>().FlushAsync(cancellationToken));

    private Task<bool> LogAsync(string what, Func<Task> call) => LogAsync(
        what,
        async () =>
        {
            await call().ConfigureAwait(false);
            return true;
        },
        _ => "");

    private async Task<T> LogAsync<T>(string what, Func<Task<T>> call, Func<T, string> describe)
    {
        var start = time.GetTimestamp();
        try
        {
            var result = await call().ConfigureAwait(false);
            log($"{what}: done in {Seconds(start)} s{describe(result)}");
            return result;
        }
        catch (Exception failure) when (failure is StorageException or OperationCanceledException)
        {
            log($"{what}: failed after {Seconds(start)} s: {failure.Message}");
            throw;
        }
    }

    private string Seconds(long start) => time.GetElapsedTime(start).TotalSeconds.ToString("F3", CultureInfo.InvariantCulture);
}
