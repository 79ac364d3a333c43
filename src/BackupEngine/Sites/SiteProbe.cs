using CloudBackup.Infrastructure;
using CloudBackup.Storage;

namespace CloudBackup.Sites;

/// <summary>
/// Tries a storage with an object of its own: what a backup will do to it, done once. Stops at the first failure, and removes the object
/// again.
/// </summary>
internal sealed class SiteProbe
{
    private readonly BackupSite _site;
    private readonly EngineContext _context;
    private readonly IBackupStorage _storage;
    private readonly string _path;
    private readonly byte[] _content = new byte[1000];
    private readonly List<SiteTestStep> _steps = [];

    private SiteProbe(BackupSite site, EngineContext context, IBackupStorage storage)
    {
        _site = site;
        _context = context;
        _storage = storage;
        _path = $"cloudbackup-probe-{context.Random.NextHex(8)}";
        context.Random.Fill(_content);
    }

    /// <summary>Tries a site.</summary>
    public static async Task<SiteTestResult> RunAsync(
        BackupSite site, EngineContext context, IOperationObserver observer, CancellationToken cancellationToken)
    {
        var storage = StorageStack.Open(site, context.StorageContext(observer));
        await using var _ = storage.ConfigureAwait(false);
        var probe = new SiteProbe(site, context, storage);
        return await probe.RunAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<SiteTestResult> RunAsync(CancellationToken cancellationToken)
    {
        string? error = null;
        long? free = null;
        if (_storage.Capabilities.KeepsData)
        {
            try
            {
                await TryAllAsync(cancellationToken).ConfigureAwait(false);
                free = _storage.As<IFreeSpace>() is { } space ? await space.GetFreeSpaceAsync(cancellationToken).ConfigureAwait(false) : null;
            }
            catch (StorageException failure)
            {
                error = failure.Message;
            }
        }
        return new SiteTestResult
        {
            Name = _site.Name,
            Provider = _site.Provider,
            Place = _site.Settings.Place,
            IsUsable = error is null,
            Steps = _steps,
            FreeSpace = free,
            Warnings = [.. SiteWarnings.For(_site, _context.Home)],
            Error = error,
        };
    }

    private async Task TryAllAsync(CancellationToken cancellationToken)
    {
        await StepAsync("Write", async () =>
        {
            var size = await _storage.WriteAsync(_path, ObjectContent.FromBytes(_content), WriteMode.CreateNew, cancellationToken)
                .ConfigureAwait(false);
            return $"{size} bytes";
        }).ConfigureAwait(false);
        try
        {
            await StepAsync("Find", () => CheckFoundAsync(cancellationToken)).ConfigureAwait(false);
            await StepAsync("List", () => CheckListedAsync(cancellationToken)).ConfigureAwait(false);
            await StepAsync("Read", () => CheckReadAsync(cancellationToken)).ConfigureAwait(false);
        }
        finally
        {
            await StepAsync("Remove", async () =>
            {
                await _storage.RemoveAsync(_path, CancellationToken.None).ConfigureAwait(false);
                return "";
            }).ConfigureAwait(false);
        }
    }

    private async Task<string> CheckFoundAsync(CancellationToken cancellationToken) =>
        (await _storage.FindAsync(_path, cancellationToken).ConfigureAwait(false))?.Size == _content.Length
            ? ""
            : throw Wrong("an object that was just written is not found");

    private async Task<string> CheckListedAsync(CancellationToken cancellationToken)
    {
        await foreach (var item in _storage.ListAsync("", recursive: false, cancellationToken).ConfigureAwait(false))
        {
            if (item.Path == _path)
            {
                return "";
            }
        }
        throw Wrong("an object that was just written is not listed");
    }

    private async Task<string> CheckReadAsync(CancellationToken cancellationToken)
    {
        const int Start = 100;
        const int Count = 800;
        var stream = await _storage.OpenReadAsync(_path, Start, Count, cancellationToken).ConfigureAwait(false);
        await using var _ = stream.ConfigureAwait(false);
        using var read = new MemoryStream();
        await stream.CopyToAsync(read, cancellationToken).ConfigureAwait(false);
        return read.ToArray().AsSpan().SequenceEqual(_content.AsSpan(Start, Count))
            ? "a range of the object"
            : throw Wrong("a range that was read back is not what was written");
    }

    private async Task StepAsync(string name, Func<Task<string>> action)
    {
        var start = _context.Time.GetTimestamp();
        try
        {
            var detail = await action().ConfigureAwait(false);
            _steps.Add(new SiteTestStep(name, true, _context.Time.GetElapsedTime(start), detail));
        }
        catch (StorageException failure)
        {
            _steps.Add(new SiteTestStep(name, false, _context.Time.GetElapsedTime(start), failure.Message));
            throw;
        }
    }

    private StorageException Wrong(string what) => new(StorageErrorKind.Corrupt, _path, $"The storage cannot be relied on: {what}.");
}
