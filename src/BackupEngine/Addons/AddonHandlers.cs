using CloudBackup.Addons.Sqlite;

namespace CloudBackup.Addons;

/// <summary>All kinds of addons. The only list of them.</summary>
internal static class AddonHandlers
{
    private static readonly IAddonHandler[] All = [new SqliteAddonHandler()];

    /// <summary>The handler of a kind.</summary>
    public static IAddonHandler For(AddonType type) => All.Single(handler => handler.Type == type);
}
