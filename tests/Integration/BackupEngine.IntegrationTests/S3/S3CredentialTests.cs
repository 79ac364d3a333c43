using System.Collections.Concurrent;
using CloudBackup.Tests.Support;

namespace CloudBackup.IntegrationTests.S3;

/// <summary>Keys for Amazon that come from where its other tools have them; in processes of their own, since it is the environment's business.</summary>
public sealed class S3CredentialTests : IDisposable
{
    private static readonly string[] Bare =
    [
        "env", "-u", "AWS_ACCESS_KEY_ID", "-u", "AWS_SECRET_ACCESS_KEY", "-u", "AWS_SESSION_TOKEN", "-u", "AWS_PROFILE", "-u", "AWS_SHARED_CREDENTIALS_FILE",
        "AWS_EC2_METADATA_DISABLED=true", "AWS_CONFIG_FILE=/nonexistent", "HOME=/nonexistent",
    ];

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Keys_come_from_the_environment() =>
        Assert.Equal(["KEYOFENVIRONMENT"], await KeysUsedAsync("", "AWS_ACCESS_KEY_ID=KEYOFENVIRONMENT", "AWS_SECRET_ACCESS_KEY=secret"));

    [Fact]
    public async Task Keys_come_from_a_profile()
    {
        _folder.Write("credentials", "[backups]\naws_access_key_id = KEYOFPROFILE\naws_secret_access_key = secret\n");
        Assert.Equal(["KEYOFPROFILE"], await KeysUsedAsync("", $"AWS_SHARED_CREDENTIALS_FILE={_folder["credentials"]}", "AWS_PROFILE=backups"));
    }

    [Fact]
    public async Task Keys_that_the_site_was_given_go_before_all_others() => Assert.Equal(
        ["KEYOFSITE"],
        await KeysUsedAsync(
            "-Credential ([pscredential]::new('KEYOFSITE', [System.Net.NetworkCredential]::new('', 'secret').SecurePassword))",
            "AWS_ACCESS_KEY_ID=KEYOFENVIRONMENT",
            "AWS_SECRET_ACCESS_KEY=secret"));

    [Fact]
    public async Task Where_there_are_none_that_is_told()
    {
        var bucket = await S3Server.Moto.MakeBucketAsync();
        var result = Tools.RunHost(_folder["home"], $"New-BackupSite offsite s3 -Bucket {bucket} -Region us-east-1 -Endpoint {S3Server.Moto.Url}", Bare);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("There are no keys", result.Error, StringComparison.Ordinal);
        Assert.Contains("-Credential", result.Error, StringComparison.Ordinal);
    }

    /// <summary>Makes a site, tries it, and returns the access keys that its requests were signed with.</summary>
    private async Task<IEnumerable<string>> KeysUsedAsync(string parameters, params string[] environment)
    {
        await using var proxy = new FaultProxy(S3Server.Moto.Port);
        var bucket = await S3Server.Moto.MakeBucketAsync();
        var keys = new ConcurrentBag<string>();
        proxy.Watch = (request, _) => keys.Add(request.Header("Authorization")!.Split("Credential=")[1].Split('/')[0]);
        var result = Tools.RunHost(
            _folder["home"],
            $"New-BackupSite offsite s3 -Bucket {bucket} -Region us-east-1 -Endpoint {proxy.Url} {parameters}; (Test-BackupSite offsite).IsUsable",
            [.. Bare, .. environment]);
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.EndsWith("True", result.Output.Trim(), StringComparison.Ordinal);
        return keys.Distinct();
    }
}
