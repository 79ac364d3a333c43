using CloudBackup.FileTree;
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
        if (_storage.As<ILinkTrial>() is { } links)
        {
            await AbilityAsync("HardLink", () => CheckLinkAsync(links, cancellationToken)).ConfigureAwait(false);
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

    /// <summary>
    /// Stores names that are easily got wrong, and looks whether a list in several pages shows them as they are: by such lists backups are
    /// found, tested and removed.
    /// </summary>
    private async Task TryNamesAsync(CancellationToken cancellationToken)
    {
        var names = TroubleNames.Select(name => $"{_folder}/{name}").ToList();
        try
        {
            var isStored = false;
            await AbilityAsync("Names", async () =>
            {
                foreach (var name in names)
                {
                    await _storage.WriteAsync(name, ObjectContent.FromBytes(_content), WriteMode.CreateNew, cancellationToken).ConfigureAwait(false);
                }
                isStored = true;
                await CheckNamesAsync([.. names, _path], cancellationToken).ConfigureAwait(false);
                return $"{names.Count} names with plus signs, blanks and the like, in lists of {ProbeListLength}";
            }, isNeeded: () => isStored).ConfigureAwait(false);
        }
        finally
        {
            await TidyAsync([.. names]).ConfigureAwait(false);
        }
    }

    /// <summary>Removes objects of the probe, each also when another cannot be removed. Says so in a warning: the step has its own result.</summary>
    private async Task TidyAsync(params string[] paths)
    {
        foreach (var path in paths)
        {
            try
            {
                await _storage.RemoveAsync(path, CancellationToken.None).ConfigureAwait(false);
            }
            catch (StorageException failure)
            {
                _warnings.Add($"The test's object '{PathText.ForDisplay(path)}' could not be removed: {failure.Message}");
            }
        }
    }

    private async Task CheckNamesAsync(List<string> expected, CancellationToken cancellationToken)
    {
        var listed = await _storage.ListAsync(_folder, recursive: true, cancellationToken).Select(item => item.Path)
            .ToListAsync(cancellationToken).ConfigureAwait(false);
        if (expected.Except(listed).FirstOrDefault() is { } missing)
        {
            throw Wrong($"the object '{missing}' was just written, and a list shows {Shown(listed.Except(expected).FirstOrDefault())}");
        }
        if (listed.Count > expected.Count)
        {
            throw Wrong($"a list shows {Shown(listed.Except(expected).FirstOrDefault() ?? listed[0])} too, which was not written, or twice");
        }
    }

    private static string Shown(string? path) => path is null ? "nothing in its place" : $"'{PathText.ForDisplay(path)}'";

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
            await TidyAsync(copy).ConfigureAwait(false);
        }
    }

    private async Task<string> CheckLinkAsync(ILinkTrial links, CancellationToken cancellationToken)
    {
        await links.TryLinkAsync(_path, $"{_folder}/link", cancellationToken).ConfigureAwait(false);
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
            await TidyAsync(large).ConfigureAwait(false);
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
        await TidyAsync([.. failures.Select(failure => failure.Path)]).ConfigureAwait(false);
        return failures.Count == 0 ? $"{paths.Length} objects" : throw failures[0].Reason;
    }

    /// <summary>An ability that fails is worth a warning; backups that do without it work. A store that is gone ends the probe.</summary>
    private async Task AbilityAsync(string name, Func<Task<string>> action, Func<bool>? isNeeded = null)
    {
        try
        {
            await StepAsync(name, action).ConfigureAwait(false);
        }
        catch (StorageException failure) when (isNeeded?.Invoke() != true && failure.Kind is not (StorageErrorKind.Transient or StorageErrorKind.Throttled))
        {
            _warnings.Add($"{name} does not work on the site {_site.Name}: {failure.Message}");
        }
    }
}
