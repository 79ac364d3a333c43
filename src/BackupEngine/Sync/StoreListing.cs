using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using CloudBackup.Formats;
using CloudBackup.Layout;
using CloudBackup.Storage;

namespace CloudBackup.Sync;

/// <summary>How much of a backup a storage holds.</summary>
internal enum BackupPresence
{
    /// <summary>Everything that a backup of its format has.</summary>
    Whole,

    /// <summary>Some of that is missing.</summary>
    Torn,

    /// <summary>Nothing of it is there.</summary>
    Gone,

    /// <summary>Nothing of it is there, nor of any that was there together with it: it is on another disk or in another bucket.</summary>
    Elsewhere,
}

/// <summary>What a site's storage holds in its dated folders: names only, one listing for the place and one for each folder.</summary>
internal sealed class StoreListing
{
    private const int MostListings = 16;

    private readonly ConcurrentDictionary<string, bool> _paths = new(StringComparer.Ordinal);
    private readonly ConcurrentBag<string> _emptyFolders = [];
    private readonly List<StoredObject> _probes = [];

    /// <summary>The dated folders that hold nothing, and folders of backups without any object.</summary>
    public IReadOnlyCollection<string> EmptyFolders => _emptyFolders;

    /// <summary>The folders that probes of the site have made.</summary>
    public IReadOnlyList<StoredObject> Probes => _probes;

    /// <summary>How many objects and folders the dated folders hold.</summary>
    public int Count => _paths.Count;

    /// <summary>Lists the dated folders of a site.</summary>
    /// <exception cref="StorageException">The storage cannot be listed.</exception>
    public static async Task<StoreListing> ReadAsync(IBackupStorage storage, CancellationToken cancellationToken)
    {
        var listing = new StoreListing();
        var folders = listing.ListDatedAsync(storage, cancellationToken);
        var options = new ParallelOptions
        {
            MaxDegreeOfParallelism = Math.Min(storage.Capabilities.DownloadConcurrency, MostListings),
            CancellationToken = cancellationToken,
        };
        await Parallel.ForEachAsync(folders, options, async (folder, token) =>
        {
            var isEmpty = true;
            var inside = new List<string>();
            await foreach (var item in storage.ListAsync(folder.Path, recursive: false, token).ConfigureAwait(false))
            {
                listing._paths.TryAdd(item.Path, item.IsFolder);
                isEmpty = false;
                if (item.IsFolder && BackupNames.IsBackup(item.Name))
                {
                    inside.Add(item.Path);
                }
            }
            if (isEmpty)
            {
                listing._emptyFolders.Add(folder.Path);
            }
            foreach (var path in inside.Where(path => !listing.Has(path + BackupNames.InfoExtension, isFolder: false)
                && !listing.Has(path + BackupNames.InfoExtension + BackupNames.EncryptedExtension, isFolder: false)))
            {
                if (!await storage.ListAsync(path, recursive: true, token).AnyAsync(token).ConfigureAwait(false))
                {
                    listing._emptyFolders.Add(path);
                }
            }
        }).ConfigureAwait(false);
        return listing;
    }

    /// <summary>How much of a backup is there.</summary>
    public BackupPresence PresenceOf(SiteBackup backup)
    {
        var paths = BackupPaths.Of(backup);
        var facts = BackupFormats.FactsOf(backup.Format);
        var content = Has(facts.ContentPath(paths), isFolder: !facts.HasArchive);
        return PresenceOf(Has(paths.Info, isFolder: false), Has(paths.Index, isFolder: false), content);
    }

    /// <summary>
    /// How much of a backup is there, asked for by name. Where the storage refuses that for one backup, or something hides it, it is not proven to
    /// be gone.
    /// </summary>
    /// <exception cref="StorageException">The storage cannot be asked.</exception>
    public static async Task<BackupPresence> AskPresenceAsync(IBackupStorage storage, SiteBackup backup, CancellationToken cancellationToken)
    {
        try
        {
            var presence = await AskAsync(storage, backup, cancellationToken).ConfigureAwait(false);
            return presence == BackupPresence.Gone
                && await StoredProof.FindObstacleAsync(storage, BackupPaths.Of(backup).Places, cancellationToken).ConfigureAwait(false) is not null
                ? BackupPresence.Torn
                : presence;
        }
        catch (StorageException failure) when (!failure.IsOutcomeUnknown)
        {
            return BackupPresence.Torn;
        }
    }

    private static async Task<BackupPresence> AskAsync(IBackupStorage storage, SiteBackup backup, CancellationToken cancellationToken)
    {
        var paths = BackupPaths.Of(backup);
        var facts = BackupFormats.FactsOf(backup.Format);
        return PresenceOf(
            await StoredProof.HasAnyAsync(storage, [paths.Info], cancellationToken).ConfigureAwait(false),
            await StoredProof.HasAnyAsync(storage, [paths.Index], cancellationToken).ConfigureAwait(false),
            (!facts.HasArchive
                && await storage.ListAsync(paths.RemotePath, recursive: false, cancellationToken).AnyAsync(cancellationToken).ConfigureAwait(false))
            || await StoredProof.HasAnyAsync(storage, facts.NamedObjects(paths), cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Lists the place once: the dated folders, and on the way those of probes.</summary>
    private async IAsyncEnumerable<StoredObject> ListDatedAsync(IBackupStorage storage, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var item in storage.ListAsync("", recursive: false, cancellationToken).ConfigureAwait(false))
        {
            if (DatedFolders.IsOne(item))
            {
                yield return item;
            }
            else if (item.IsFolder && BackupNames.IsProbe(item.Name))
            {
                _probes.Add(item);
            }
        }
    }

    private static BackupPresence PresenceOf(bool hasInfo, bool hasIndex, bool hasContent) => (hasInfo, hasIndex, hasContent) switch
    {
        (true, true, true) => BackupPresence.Whole,
        (false, false, false) => BackupPresence.Gone,
        _ => BackupPresence.Torn,
    };

    private bool Has(string path, bool isFolder) => _paths.TryGetValue(path, out var found) && found == isFolder;
}
