using CloudBackup.Catalog;
using CloudBackup.Encryption;
using CloudBackup.Formats;
using CloudBackup.Infrastructure;
using CloudBackup.Layout;
using CloudBackup.Retention;
using CloudBackup.Sites;
using CloudBackup.Storage;

namespace CloudBackup.PlatformRestore;

/// <summary>A platform backup in a storage.</summary>
/// <param name="Stored">Its record, and what opens its other objects.</param>
/// <param name="InfoHash">SHA-256 of the stored record, in hexadecimal.</param>
/// <param name="InfoSize">Its stored bytes.</param>
internal sealed record FoundPlatform(StoredInfo Stored, string InfoHash, long InfoSize)
{
    /// <summary>The record.</summary>
    public BackupInfo Info => Stored.Info;
}

/// <summary>Finds platform backups in a storage without a catalog. Only reads.</summary>
/// <param name="source">The site, and what opens its backups.</param>
/// <param name="storage">Its storage.</param>
/// <param name="backups">Says which backups this platform made.</param>
/// <param name="time">Says which time stamps are in the future: such a backup is the newest only where there is no other.</param>
internal sealed class PlatformFinder(RestoreSite source, IBackupStorage storage, BackupStore backups, TimeProvider time)
{
    private const int MostReported = 5;

    private readonly List<string> _junk = [];

    /// <summary>A newer backup that was passed over for a trusted one, or the path of one that cannot be read; null when there is none.</summary>
    public string? PassedOver { get; private set; }

    /// <summary>Why the backup that was found must not be restored unless you name it: a newer one cannot be read. Null when it is the newest.</summary>
    public BackupException? Refusal { get; private set; }

    /// <summary>What has the name of a newer backup and is none, with the reason; the first few.</summary>
    public IReadOnlyCollection<string> Junk => _junk;

    /// <summary>The platform backup of an id. Newer ones that are damaged or have another password are no matter, unless it is not found.</summary>
    /// <exception cref="BackupException">There is none, or no key opens it.</exception>
    public async Task<FoundPlatform> FindAsync(string id, CancellationToken cancellationToken)
    {
        BackupException? locked = null;
        await foreach (var paths in ListAsync(cancellationToken).ConfigureAwait(false))
        {
            var look = await LookAsync(paths, isOwn: false, cancellationToken).ConfigureAwait(false);
            if (look.Platform?.Info.Id == id)
            {
                return look.Platform;
            }
            locked ??= look.Standing == PlatformStanding.Locked ? look.Failure : null;
        }
        throw locked ?? BackupErrors.PlatformBackupMissing(source.Site.Name, id);
    }

    /// <summary>
    /// The newest platform backup, or the one at a path. One that may be genuine is never passed over because it cannot be opened or read: an older
    /// one would be restored without anybody having asked for it. The newest is the newest trusted one where there is one: anyone who can write to the
    /// storage can add one that is not encrypted. What cannot be a backup, whatever the password, is passed over.
    /// </summary>
    /// <exception cref="BackupException">There is none, it is damaged, or no key opens it.</exception>
    public async Task<FoundPlatform> FindNewestAsync(string? remotePath, CancellationToken cancellationToken)
    {
        var own = backups.List().Where(record => record.IsLocal).Select(record => record.Backup.RemotePath).ToHashSet(StringComparer.Ordinal);
        var choice = new PlatformChoice();
        await foreach (var paths in ListAsync(cancellationToken).ConfigureAwait(false))
        {
            var isOwn = own.Contains(paths.RemotePath);
            if ((remotePath is null || paths.RemotePath == remotePath) && (paths.IsEncrypted || isOwn || !choice.IsDecided)
                && choice.Add(await LookAsync(paths, isOwn, cancellationToken).ConfigureAwait(false)))
            {
                break;
            }
        }
        PassedOver = choice.PassedOver;
        var found = choice.Result() ?? throw BackupErrors.PlatformBackupMissing(source.Site.Name, remotePath);
        Refusal = choice.Unreadable is { } newer
            ? BackupErrors.NewestPlatformBackupUnreadable(source.Site.Name, newer.Paths.RemotePath, newer.Failure!.Message, found.Info.Id)
            : null;
        return found;
    }

    /// <summary>Whether a key opened the backup, or this platform made it.</summary>
    public static bool IsTrusted(BackupStore backups, FoundPlatform platform) => platform.Stored.Opener is not null
        || (backups.Find(platform.Info.Id) is { IsLocal: true } known && known.InfoHash == platform.InfoHash);

    /// <summary>What is at the place of a platform backup.</summary>
    private async Task<PlatformLook> LookAsync(BackupPaths paths, bool isOwn, CancellationToken cancellationToken)
    {
        var mayBeGenuine = paths.IsEncrypted || isOwn;
        try
        {
            var bytes = await SmallObject.ReadAsync(storage, paths.Info, cancellationToken).ConfigureAwait(false);
            if (source.TryOpen(bytes, paths) is { } stored)
            {
                var platform = new FoundPlatform(stored, StoredInfo.HashOf(bytes), bytes.Length);
                return new(IsTrusted(backups, platform) ? PlatformStanding.Trusted : PlatformStanding.Untrusted, paths, platform);
            }
        }
        catch (BackupException failure)
        {
            // Whoever has no key can still copy one encrypted object to the place of another.
            var isGenuine = isOwn || (paths.IsEncrypted && failure.ErrorId == nameof(BackupErrors.BackupRecordUnreadable));
            return isGenuine ? new(PlatformStanding.Unreadable, paths, Failure: failure)
                : paths.IsEncrypted ? AsJunk(paths, failure.Message) : new(PlatformStanding.Broken, paths, Failure: failure);
        }
        catch (StorageException failure) when (!failure.IsOutcomeUnknown)
        {
            var isThere = failure.Kind is not (StorageErrorKind.NotFound or StorageErrorKind.Corrupt);
            return mayBeGenuine && (isThere || isOwn)
                ? new(PlatformStanding.Unreadable, paths, Failure: StorageFailure.Explain(source.Site.Name, failure))
                : AsJunk(paths, failure.Message);
        }
        return await CanBeBackupAsync(paths, cancellationToken).ConfigureAwait(false)
            ? new(PlatformStanding.Locked, paths, Failure: source.Locked(paths))
            : AsJunk(paths, "it cannot be a backup, whatever its password");
    }

    private PlatformLook AsJunk(BackupPaths paths, string reason)
    {
        if (_junk.Count < MostReported)
        {
            _junk.Add($"{paths.Info}: {reason}");
        }
        return new(PlatformStanding.Junk, paths);
    }

    /// <summary>
    /// Whether an encrypted backup may be there that another password opens: its record has the form of an encrypted file, and the other objects that
    /// each backup has are beside it.
    /// </summary>
    private async Task<bool> CanBeBackupAsync(BackupPaths paths, CancellationToken cancellationToken) =>
        Cbv2.HasForm(await SmallObject.ReadAsync(storage, paths.Info, cancellationToken).ConfigureAwait(false))
        && await StoredProof.HasAnyAsync(storage, [paths.Index], cancellationToken).ConfigureAwait(false)
        && (await StoredProof.HasAnyAsync(storage, [paths.Archive], cancellationToken).ConfigureAwait(false)
            || await storage.ListAsync(paths.RemotePath, recursive: false, cancellationToken).AnyAsync(cancellationToken).ConfigureAwait(false));

    private async IAsyncEnumerable<BackupPaths> ListAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var tags = await DatedFolders.ListAsync(storage, cancellationToken).Select(folder => folder.Path).ToListAsync(cancellationToken).ConfigureAwait(false);
        var latest = BackupNames.Tag(OutsideTime.Add(time.GetUtcNow(), NewestBackup.ClockTolerance));
        foreach (var tag in tags.OrderBy(tag => string.CompareOrdinal(tag, latest) > 0).ThenByDescending(tag => tag, StringComparer.Ordinal))
        {
            await foreach (var item in storage.ListAsync(tag, recursive: false, cancellationToken).ConfigureAwait(false))
            {
                if (!item.IsFolder && BackupNames.IsBox(item.Name) && BackupPaths.OfInfo(item.Path) is { } paths)
                {
                    yield return paths;
                }
            }
        }
    }
}
