namespace CloudBackup;

/// <summary>How an app is restored in place.</summary>
public sealed record AppRestoreOptions
{
    /// <summary>Whether the present state is replaced without a backup of it.</summary>
    public bool SkipSafetyBackup { get; init; }

    /// <summary>Whether the app's commands are told to leave DNS alone (<c>CLOUDBACKUP_SKIP_DNS=1</c>).</summary>
    public bool SkipDns { get; init; }
}
