namespace CloudBackup;

/// <summary>
/// Where Get-Help -Online looks. The name is one that is reserved for examples: the project has no address of its own yet, and one that it does not
/// own could be registered by others. The manifest and the package name the same address.
/// </summary>
internal static class OnlineHelp
{
    public const string Pages = "https://cloudbackup.example/help/";
}
