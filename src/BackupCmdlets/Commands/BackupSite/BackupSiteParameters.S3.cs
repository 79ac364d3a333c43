using System.Management.Automation;

namespace CloudBackup.Commands;

public abstract partial class BackupSiteParameters
{
    /// <summary>S3: the bucket. It must exist.</summary>
    [Parameter(ParameterSetName = S3Set)]
    [ValidateNotNullOrEmpty]
    public string? Bucket { get; set; }

    /// <summary>S3: the region that the bucket is in. Tab completes those that are known; others can be named.</summary>
    [Parameter(ParameterSetName = S3Set)]
    [ArgumentCompleter(typeof(RegionCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Region { get; set; }

    /// <summary>S3: the store's address, such as https://minio.example.com:9000. By default the provider's own for the region.</summary>
    [Parameter(ParameterSetName = S3Set)]
    [ValidateNotNullOrEmpty]
    public string? Endpoint { get; set; }

    /// <summary>
    /// S3: access key as user name, secret key as password. It is kept in the platform home, in a file that only its owner can read. Without
    /// it, Amazon S3 takes keys from the environment, the profile or the role of the machine. With Set-BackupSite,
    /// [PSCredential]::Empty forgets what was given.
    /// </summary>
    [Parameter(ParameterSetName = S3Set)]
    [ValidateNotNull]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <summary>S3 on machines of your own: any certificate of the store is accepted. A machine in between can then read and change everything.</summary>
    [Parameter(ParameterSetName = S3Set)]
    public SwitchParameter AcceptSelfSignedCertificate { get; set; }

    private S3Settings Apply(S3Settings settings) => settings with
    {
        Bucket = Bucket ?? settings.Bucket,
        Region = Region ?? settings.Region,
        Endpoint = Endpoint ?? settings.Endpoint,
        AcceptSelfSignedCertificate =
            IsGiven(nameof(AcceptSelfSignedCertificate)) ? AcceptSelfSignedCertificate : settings.AcceptSelfSignedCertificate,
    };
}
