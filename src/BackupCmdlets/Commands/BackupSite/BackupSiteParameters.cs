using System.Management.Automation;
using System.Security;

namespace CloudBackup.Commands;

/// <summary>The parameters that New-BackupSite and Set-BackupSite share: what a site can be told.</summary>
public abstract partial class BackupSiteParameters : EngineCommand
{
    /// <summary>The parameter set that is left when no setting of a kind of provider is given.</summary>
    private protected const string PlainSet = "Plain";

    private const string FileSystemSet = "FileSystem";
    private const string S3Set = "S3";

    /// <summary>The format of new backups: Tgz (default) or Rsync.</summary>
    [Parameter]
    public BackupFormat Format { get; set; }

    /// <summary>A folder below the place; everything of this site is in it.</summary>
    [Parameter]
    [AllowEmptyString]
    public string Prefix { get; set; } = "";

    /// <summary>
    /// The password that new backups are encrypted with. It is kept nowhere: without it, and without this platform's home, no one can read
    /// them.
    /// </summary>
    [Parameter]
    [ValidateNotNull]
    public SecureString? Password { get; set; }

    /// <summary>rsync, encrypted: whether the names of files are encrypted too. They are by default.</summary>
    [Parameter]
    public SwitchParameter EncryptFileName { get; set; } = true;

    /// <summary>Makes this the site that is used when none is named.</summary>
    [Parameter]
    public SwitchParameter Default { get; set; }

    /// <summary>
    /// Which backups Invoke-BackupCleanup keeps: a text such as '7 daily, 4 weekly' or 'within 30 days', a hashtable such as
    /// @{ KeepDaily = 7; TimeZone = 'Europe/Vienna' }, or a RetentionPolicy. By default every good backup is kept.
    /// </summary>
    [Parameter]
    [ArgumentCompleter(typeof(RetentionCompleter))]
    [AllowNull]
    public object? Retention { get; set; }

    /// <summary>Uploads at the same time.</summary>
    [Parameter]
    public int UploadConcurrency { get; set; }

    /// <summary>Downloads at the same time.</summary>
    [Parameter]
    public int DownloadConcurrency { get; set; }

    /// <summary>Server-side copies at the same time.</summary>
    [Parameter]
    public int CopyConcurrency { get; set; }

    /// <summary>Bytes of buffers that a run may hold, such as 256MB. By default an eighth of the machine's memory, at least 64 MB.</summary>
    [Parameter]
    public long MemoryLimit { get; set; }

    /// <summary>The longest time that a run may take, such as '6 hours'. By default 12 hours.</summary>
    [Parameter]
    [DurationTransformation]
    public TimeSpan Timeout { get; set; }

    /// <summary>Deflate level from 1 (fastest) to 9 (smallest). By default 3.</summary>
    [Parameter]
    public int CompressionLevel { get; set; }

    /// <summary>filesystem: the folder. It must exist.</summary>
    [Parameter(ParameterSetName = FileSystemSet)]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>filesystem: files are not shared between backups by hard links.</summary>
    [Parameter(ParameterSetName = FileSystemSet)]
    public SwitchParameter NoHardlink { get; set; }

    /// <summary>filesystem: the folder is on another disk than the server's own; stops the warning about that.</summary>
    [Parameter(ParameterSetName = FileSystemSet)]
    public SwitchParameter ExternalDisk { get; set; }

    /// <summary>What is never kept with the site's settings.</summary>
    protected SiteSecrets SecretsWith(bool removePassword) => Secrets(Password, Credential, removePassword);

    /// <summary>The site with every given parameter applied.</summary>
    protected BackupSite Apply(BackupSite site)
    {
        ArgumentNullException.ThrowIfNull(site);
        SiteService.CheckSettingNames(site.Provider, MyInvocation.BoundParameters.Keys);
        return site with
        {
            Format = IsGiven(nameof(Format)) ? Format : site.Format,
            Prefix = IsGiven(nameof(Prefix)) ? Prefix : site.Prefix,
            IsDefault = IsGiven(nameof(Default)) ? Default : site.IsDefault,
            EncryptFileName = IsGiven(nameof(EncryptFileName)) ? EncryptFileName : site.EncryptFileName,
            Retention = IsGiven(nameof(Retention)) ? RetentionArgument.Read(Retention) : site.Retention,
            Limits = Apply(site.Limits),
            Settings = Apply(site.Settings),
        };
    }

    private SiteLimits Apply(SiteLimits limits) => limits with
    {
        UploadConcurrency = IsGiven(nameof(UploadConcurrency)) ? UploadConcurrency : limits.UploadConcurrency,
        DownloadConcurrency = IsGiven(nameof(DownloadConcurrency)) ? DownloadConcurrency : limits.DownloadConcurrency,
        CopyConcurrency = IsGiven(nameof(CopyConcurrency)) ? CopyConcurrency : limits.CopyConcurrency,
        MemoryLimitBytes = IsGiven(nameof(MemoryLimit)) ? MemoryLimit : limits.MemoryLimitBytes,
        Timeout = IsGiven(nameof(Timeout)) ? Timeout : limits.Timeout,
        CompressionLevel = IsGiven(nameof(CompressionLevel)) ? CompressionLevel : limits.CompressionLevel,
    };

    private StorageSettings Apply(StorageSettings settings) => settings switch
    {
        FileSystemSettings files => files with
        {
            Path = ResolvePath(Path) ?? files.Path,
            NoHardlink = IsGiven(nameof(NoHardlink)) ? NoHardlink : files.NoHardlink,
            ExternalDisk = IsGiven(nameof(ExternalDisk)) ? ExternalDisk : files.ExternalDisk,
        },
        S3Settings bucket => Apply(bucket),
        _ => settings,
    };
}
