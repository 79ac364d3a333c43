using CloudBackup.Catalog;
using CloudBackup.Encryption;
using CloudBackup.Formats;
using CloudBackup.Infrastructure;
using CloudBackup.Sites;
using CloudBackup.Storage;

namespace CloudBackup.PlatformRestore;

/// <summary>A platform backup in a storage.</summary>
/// <param name="Stored">Its record, and what opens its other objects.</param>
/// <param name="InfoHash">SHA-256 of the stored record, in hexadecimal.</param>
/// <param name="InfoSize">Its stored bytes.</param>
internal sealed record FoundBox(StoredInfo Stored, string InfoHash, long InfoSize)
{
    /// <summary>The record.</summary>
    public BackupInfo Info => Stored.Info;
}

/// <summary>Finds platform backups in a storage without a catalog. Only reads.</summary>
/// <param name="source">The site, and what opens its backups.</param>
/// <param name="storage">Its storage.</param>
/// <param name="random">For ciphers.</param>
/// <param name="backups">Says which backups this platform made.</param>
/// <param name="time">Says which time stamps are in the future: such a backup is the newest only where there is no other.</param>
internal sealed class BoxFinder(RestoreSite source, IBackupStorage storage, IRandomSource random, BackupStore backups, TimeProvider time)
{
    private const int MostReported = 5;

    private readonly List<string> _junk = [];

    /// <summary>The path of a newer backup that was passed over for a trusted one; null when there is none.</summary>
    public string? PassedOver { get; private set; }

    /// <summary>What has the name of a newer backup and is none, with the reason; the first few.</summary>
    public IReadOnlyCollection<string> Junk => _junk;

    /// <summary>
    /// The platform backup at a path, or of an id, or the newest. The newest one is never passed over because it cannot be opened: an older
    /// one would be restored without anybody having asked for it. With an id, newer ones that are damaged or have another password are no
    /// matter, unless the wanted one is not found. The newest one is the newest trusted one where there is one: anyone who can write to the storage
    /// can add one that is not encrypted. Objects with the name of an encrypted one that cannot be a backup, whatever the password, are passed over.
    /// </summary>
    /// <exception cref="BackupException">There is none, it is damaged, or no key opens it.</exception>
    public async Task<FoundBox> FindAsync(string? id, string? remotePath, CancellationToken cancellationToken)
    {
        BackupException? locked = null;
        FoundBox? untrusted = null;
        BackupException? broken = null;
        var own = backups.List().Where(record => record.IsLocal).Select(record => record.Backup.RemotePath).ToHashSet(StringComparer.Ordinal);
        await foreach (var paths in ListAsync(cancellationToken).ConfigureAwait(false))
        {
            var isExpected = id is not null || remotePath is null || paths.RemotePath == remotePath;
            var isDecided = untrusted is not null || broken is not null; // only a trusted one counts now
            if (!isExpected || (isDecided && !paths.IsEncrypted && !own.Contains(paths.RemotePath)))
            {
                continue;
            }
            try
            {
                if (await OpenAsync(paths, id, cancellationToken).ConfigureAwait(false) is not { } box)
                {
                    continue;
                }
                if (id is not null || IsTrusted(backups, box))
                {
                    PassedOver = untrusted?.Info.RemotePath;
                    return box;
                }
                untrusted ??= broken is null ? box : null;
            }
            catch (StorageException failure) when (!failure.IsOutcomeUnknown && (id is not null || paths.IsEncrypted))
            {
                Report(paths, failure.Message);
            }
            catch (BackupException failure) when (id is null && paths.IsEncrypted && !RestoreSite.IsLocked(failure))
            {
                Report(paths, failure.Message);
            }
            catch (BackupException failure) when (RestoreSite.IsLocked(failure))
            {
                if (id is null && !await CanBeBackupAsync(paths, cancellationToken).ConfigureAwait(false))
                {
                    Report(paths, "it cannot be a backup, whatever its password");
                    continue;
                }
                if (id is null && !isDecided)
                {
                    throw;
                }
                locked ??= failure;
            }
            catch (BackupException failure) when (id is null && !paths.IsEncrypted)
            {
                broken ??= untrusted is null ? failure : null;
            }
        }
        if (locked is not null && id is null)
        {
            throw locked; // a backup that may be trusted is there, and its password is not
        }
        return untrusted ?? throw broken ?? locked ?? BackupErrors.PlatformBackupMissing(source.Site.Name, id ?? remotePath);
    }

    /// <summary>Whether a key opened the backup, or this platform made it.</summary>
    public static bool IsTrusted(BackupStore backups, FoundBox box) => box.Stored.Cipher is not null
        || (backups.Find(box.Info.Id) is { IsLocal: true } known && known.InfoHash == box.InfoHash);

    private void Report(BackupPaths paths, string reason)
    {
        if (_junk.Count < MostReported)
        {
            _junk.Add($"{paths.Info}: {reason}");
        }
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

    private async Task<FoundBox?> OpenAsync(BackupPaths paths, string? id, CancellationToken cancellationToken)
    {
        var bytes = await SmallObject.ReadAsync(storage, paths.Info, cancellationToken).ConfigureAwait(false);
        try
        {
            var stored = source.Open(bytes, paths, random);
            return id is null || stored.Info.Id == id
                ? new FoundBox(stored, StoredInfo.HashOf(bytes), bytes.Length)
                : null;
        }
        catch (BackupException failure) when (id is not null && failure.Category == BackupErrorCategory.Damaged)
        {
            return null; // another one is wanted
        }
    }

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
