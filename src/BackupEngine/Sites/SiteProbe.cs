using CloudBackup.Layout;
using CloudBackup.Platform;
using CloudBackup.Storage;
using CloudBackup.Storage.Decorators;

namespace CloudBackup.Sites;

/// <summary>
/// Tries a storage with an object of its own: what a backup will do to it, done once. What every backup needs stops the probe when it fails;
/// an ability that fails is told and warned of. The objects are removed again.
/// </summary>
internal sealed partial class SiteProbe
{
    /// <summary>Short enough that the list of the probe's objects has a second page.</summary>
    private const int ProbeListLength = 2;

    /// <summary>Names that stores and what is before them get wrong, in addresses, in XML or in lists.</summary>
    private static readonly string[] TroubleNames = ["plus+", "blank plus+ %2B 100% & <\u00e4\u6f22> ;=#?'"];

    private readonly BackupSite _site;
    private readonly EngineContext _context;
    private readonly IBackupStorage _storage;
    private readonly bool _isThorough;
    private readonly string _folder;
    private readonly string _path;
    private readonly byte[] _content = new byte[1000];
    private readonly List<SiteTestStep> _steps = [];
    private readonly List<string> _warnings = [];

    private SiteProbe(BackupSite site, EngineContext context, IBackupStorage storage, bool isThorough)
    {
        _site = site;
        _context = context;
        _storage = storage;
        _isThorough = isThorough;
        _folder = BackupNames.Probe(context.Random);
        _path = $"{_folder}/object";
        context.Random.Fill(_content);
    }

    /// <summary>Tries a site.</summary>
    /// <param name="site">The site; it need not be kept yet.</param>
    /// <param name="context">The platform.</param>
    /// <param name="observer">Is told what the storage logs.</param>
    /// <param name="credential">What to sign in with, in place of what is kept for the site.</param>
    /// <param name="isThorough">Also what takes some time.</param>
    /// <param name="cancellationToken">Stops.</param>
    public static async Task<SiteTestResult> RunAsync(
        BackupSite site,
        EngineContext context,
        IOperationObserver observer,
        StorageCredential? credential,
        bool isThorough,
        CancellationToken cancellationToken)
    {
        // You wait for the answer: a site that does not answer now is reported now.
        var storage = StorageStack.Open(site, context.StorageContext(site, observer, credential) with { Retry = RetryOptions.Probe, ListLength = ProbeListLength });
        await using var _ = storage.ConfigureAwait(false);
        return await new SiteProbe(site, context, storage, isThorough).RunAsync(cancellationToken).ConfigureAwait(false);
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
                _warnings.AddRange(_storage.As<IStorageWarnings>() is { } place
                    ? await place.GetWarningsAsync("", cancellationToken).ConfigureAwait(false)
                    : []);
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
            Warnings = [.. SiteWarnings.For(_site, _context.Home), .. SiteWarnings.ForFormat(_site, _storage), .. _warnings],
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
            if (_storage.Capabilities.IsRemote)
            {
                await TryNamesAsync(cancellationToken).ConfigureAwait(false);
            }
            await StepAsync("Read", () => CheckReadAsync(cancellationToken)).ConfigureAwait(false);
            await StepAsync("CreateNew", () => CheckCreateNewAsync(cancellationToken)).ConfigureAwait(false);
            await TryAbilitiesAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await StepAsync("Remove", CheckRemovedAsync).ConfigureAwait(false);
        }
    }

    private async Task<string> CheckFoundAsync(CancellationToken cancellationToken) =>
        (await _storage.FindAsync(_path, cancellationToken).ConfigureAwait(false))?.Size == _content.Length
            ? ""
            : throw Wrong("an object that was just written is not found");

    private async Task<string> CheckRemovedAsync()
    {
        await _storage.RemoveAsync(_path, CancellationToken.None).ConfigureAwait(false);
        return await _storage.FindAsync(_path, CancellationToken.None).ConfigureAwait(false) is null
            ? ""
            : throw Wrong("an object that was just removed is still there");
    }

    private async Task<string> CheckListedAsync(CancellationToken cancellationToken)
    {
        await foreach (var item in _storage.ListAsync(_folder, recursive: true, cancellationToken).ConfigureAwait(false))
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
        var read = await ReadAsync(_path, Start, Count, cancellationToken).ConfigureAwait(false);
        return read.AsSpan().SequenceEqual(_content.AsSpan(Start, Count))
            ? "a range of the object"
            : throw Wrong("a range that was read back is not what was written");
    }

    private async Task<string> CheckCreateNewAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _storage.WriteAsync(_path, ObjectContent.FromBytes(_content), WriteMode.CreateNew, cancellationToken).ConfigureAwait(false);
        }
        catch (StorageException failure) when (failure.Kind == StorageErrorKind.AlreadyExists)
        {
            return _storage.Capabilities.CreatesAtomically ? "an object that is there is not replaced" : "by looking before";
        }
        throw Wrong("an object that was there was replaced although it should not be");
    }

    private async Task<byte[]> ReadAsync(string path, long offset, long? length, CancellationToken cancellationToken)
    {
        var stream = await _storage.OpenReadAsync(path, offset, length, cancellationToken).ConfigureAwait(false);
        await using var _ = stream.ConfigureAwait(false);
        using var read = new MemoryStream();
        await stream.CopyToAsync(read, cancellationToken).ConfigureAwait(false);
        return read.ToArray();
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
