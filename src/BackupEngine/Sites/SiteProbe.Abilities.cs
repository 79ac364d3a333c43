using CloudBackup.Storage;

namespace CloudBackup.Sites;

internal sealed partial class SiteProbe
{
    /// <summary>Longer than one part of an upload in parts.</summary>
    private const int LargeLength = (5 * 1024 * 1024) + 1;

    private async Task TryAbilitiesAsync(CancellationToken cancellationToken)
    {
        if (_storage.As<IServerCopy>() is { } copier)
        {
            await AbilityAsync("Copy", () => CheckCopyAsync(copier, cancellationToken)).ConfigureAwait(false);
        }
        if (_storage.As<IHardLink>() is { } linker)
        {
            await AbilityAsync("HardLink", () => CheckLinkAsync(linker, cancellationToken)).ConfigureAwait(false);
        }
        if (_isThorough && _storage.Capabilities.IsRemote)
        {
            await AbilityAsync("WriteLarge", () => CheckLargeAsync(cancellationToken)).ConfigureAwait(false);
        }
        if (_storage.As<IPartialUploads>() is { } partials)
        {
            await AbilityAsync("FindUnfinished", async () =>
                $"{await partials.ListPartialsAsync("", cancellationToken).CountAsync(cancellationToken).ConfigureAwait(false)} unfinished uploads")
                .ConfigureAwait(false);
        }
        if (_storage.As<IBulkRemove>() is { } remover)
        {
            await AbilityAsync("RemoveMany", () => CheckRemoveManyAsync(remover, cancellationToken)).ConfigureAwait(false);
        }
    }

    private async Task<string> CheckCopyAsync(IServerCopy copier, CancellationToken cancellationToken)
    {
        // A name that some stores get wrong.
        var copy = $"{_folder}/copy + & %25 \u00e4";
        await copier.CopyAsync(_path, copy, cancellationToken).ConfigureAwait(false);
        try
        {
            return (await ReadAsync(copy, 0, null, cancellationToken).ConfigureAwait(false)).AsSpan().SequenceEqual(_content)
                ? "by the storage itself"
                : throw Wrong("a copy is not what was copied");
        }
        finally
        {
            await _storage.RemoveAsync(copy, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private async Task<string> CheckLinkAsync(IHardLink linker, CancellationToken cancellationToken)
    {
        var link = $"{_folder}/link";
        await linker.LinkAsync(_path, link, cancellationToken).ConfigureAwait(false);
        await _storage.RemoveAsync(link, CancellationToken.None).ConfigureAwait(false);
        return "";
    }

    private async Task<string> CheckLargeAsync(CancellationToken cancellationToken)
    {
        var large = $"{_folder}/large";
        var content = new byte[LargeLength];
        _context.Random.Fill(content);
        try
        {
            using var stream = new MemoryStream(content, writable: false);
            await _storage.WriteAsync(large, ObjectContent.FromStream(stream), WriteMode.CreateNew, cancellationToken).ConfigureAwait(false);
            return (await ReadAsync(large, 0, null, cancellationToken).ConfigureAwait(false)).AsSpan().SequenceEqual(content)
                ? $"{LargeLength} bytes, in parts"
                : throw Wrong("a large object that was read back is not what was written");
        }
        finally
        {
            await _storage.RemoveAsync(large, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private async Task<string> CheckRemoveManyAsync(IBulkRemove remover, CancellationToken cancellationToken)
    {
        string[] paths = [$"{_folder}/one", $"{_folder}/two"];
        foreach (var path in paths)
        {
            await _storage.WriteAsync(path, ObjectContent.FromBytes(_content), WriteMode.CreateNew, cancellationToken).ConfigureAwait(false);
        }
        var failures = await remover.RemoveAllAsync(paths, cancellationToken).ConfigureAwait(false);
        foreach (var failure in failures)
        {
            await _storage.RemoveAsync(failure.Path, CancellationToken.None).ConfigureAwait(false);
        }
        return failures.Count == 0 ? $"{paths.Length} objects" : throw failures[0].Reason;
    }

    /// <summary>An ability that fails is worth a warning; backups that do without it work.</summary>
    private async Task AbilityAsync(string name, Func<Task<string>> action)
    {
        try
        {
            await StepAsync(name, action).ConfigureAwait(false);
        }
        catch (StorageException failure) when (!failure.IsRetriable && !failure.IsFinal)
        {
            _warnings.Add($"{name} does not work on the site {_site.Name}: {failure.Message}");
        }
    }
}
