using CloudBackup.Layout;

namespace CloudBackup.Formats.Rsync.Snapshot;

/// <summary>The files and objects that belong to a snapshot besides its content.</summary>
internal sealed class SnapshotFiles(SnapshotPlace place, bool isEncrypted)
{
    /// <summary>What is remembered of the snapshot.</summary>
    public string Cache => InFolder("cache");

    /// <summary>The next one, while it is written.</summary>
    public string NewCache => InFolder("cache.new");

    /// <summary>The plan of a change that is under way, or did not come to its end.</summary>
    public string Plan => InFolder("plan");

    /// <summary>What has been done of the plan.</summary>
    public string Log => InFolder("log");

    /// <summary>The snapshot's folder in the storage.</summary>
    public string Root => $"{BackupNames.SnapshotFolder}/{place.Name}";

    /// <summary>The object beside it that tells its state.</summary>
    public string StatePath => StatePathOf(isEncrypted);

    /// <summary>What it was called before the site began, or ended, to encrypt.</summary>
    public string FormerStatePath => StatePathOf(!isEncrypted);

    /// <summary>The folder beside it that has an object of each run that changes the snapshot.</summary>
    public string LeaseFolder => BackupNames.RunningFolderOf(Root);

    /// <summary>That object.</summary>
    public string LeasePathOf(string token) => $"{LeaseFolder}/{token}";

    /// <summary>Tells by being there that objects of the snapshot may be damaged: all are read back, whatever is remembered.</summary>
    private string DamageMark => DamageMarkOf(place.LocalFolder, place.Name);

    /// <summary>The mark that the present run deals with. One that is made meanwhile is the next run's.</summary>
    private string DamageMarkAtHand => InFolder("doubted");

    /// <summary>Whether all objects have to be read back in this run.</summary>
    public bool TakeDamageMark()
    {
        if (File.Exists(DamageMark))
        {
            File.Move(DamageMark, DamageMarkAtHand, overwrite: true);
        }
        return File.Exists(DamageMarkAtHand);
    }

    /// <summary>All objects were read back.</summary>
    public void RemoveDamageMark() => File.Delete(DamageMarkAtHand);

    /// <summary>Has the next run read back all of a snapshot.</summary>
    public static void MarkDamage(string localFolder, string name) => File.WriteAllBytes(DamageMarkOf(localFolder, name), []);

    private string StatePathOf(bool encrypted) => $"{Root}.state{(encrypted ? BackupNames.EncryptedExtension : "")}";

    private static string DamageMarkOf(string localFolder, string name) => Path.Join(localFolder, $"{name}.doubt");

    private string InFolder(string extension) => Path.Join(place.LocalFolder, $"{place.Name}.{extension}");
}
