using CloudBackup.Formats;
using CloudBackup.Platform;
using CloudBackup.Retention;

namespace CloudBackup.Reading;

/// <summary>Where formats may keep what helps the next backup of an owner on a site.</summary>
internal static class SnapshotPlaces
{
    /// <summary>The place of an owner on a site.</summary>
    public static SnapshotPlace Of(EngineContext context, BackupOwner owner, string site) => new()
    {
        Name = NameOf(context, owner),
        LocalFolder = context.Home.MakeSyncFolder(site),
        Random = context.Random,
    };

    /// <summary>The name of an owner's snapshot. Several platforms may share a storage: "box" would be the same for all of them.</summary>
    public static string NameOf(EngineContext context, BackupOwner owner) => (owner.AppId ?? context.Platform.Get().Id).ToString("D");
}
