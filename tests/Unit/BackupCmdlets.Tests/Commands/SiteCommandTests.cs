using CloudBackup.Cmdlets.Tests.Support;

namespace CloudBackup.Cmdlets.Tests.Commands;

public sealed class SiteCommandTests
{
    [Fact]
    public void New_BackupSite_creates_and_returns_the_site()
    {
        using var session = new Session();
        var site = Assert.Single(session.Run(
            "New-BackupSite main filesystem -Path \"$root/site\" -ExternalDisk -Prefix a/b -UploadConcurrency 3 -MemoryLimit 256MB -Timeout 2:00 -CompressionLevel 6"));
        Assert.Equal(("main", "filesystem", "a/b", "True"), (site.Text("Name"), site.Text("Provider"), site.Text("Prefix"), site.Text("IsDefault")));
        Assert.Equal("3 uploads, 268435456 bytes of memory, timeout 02:00:00, compression level 6", site.Text("Limits"));
        Assert.Equal(Path.Join(session.Root, "site"), site.Text("Settings"));
        Assert.Single(session.Run("Get-BackupSite main"));
        Assert.Empty(session.Warnings);
    }

    [Fact]
    public void New_BackupSite_warns_of_the_servers_own_disk_and_of_noop()
    {
        using var session = new Session();
        session.Run("New-BackupSite a filesystem -Path \"$root/site\"");
        Assert.Contains("same disk", Assert.Single(session.Warnings), StringComparison.Ordinal);
        session.Run("New-BackupSite b noop");
        Assert.Contains("keeps nothing", Assert.Single(session.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void New_BackupSite_takes_a_path_of_the_session()
    {
        using var session = new Session();
        session.Run("$ExecutionContext.SessionState.Path.SetLocation($root) | Out-Null");
        Assert.Equal(Path.Join(session.Root, "site"), session.Run("New-BackupSite a filesystem -Path ./site -ExternalDisk")[0].Text("Settings"));
    }

    [Theory]
    [InlineData("New-BackupSite x filesystem -Path \"$root/none\"", "SiteUnusable,CloudBackup.Commands.NewBackupSiteCommand", "ConnectionError")]
    [InlineData("New-BackupSite x tape", "ProviderUnknown,CloudBackup.Commands.NewBackupSiteCommand", "InvalidArgument")]
    [InlineData("New-BackupSite 'a b' filesystem -Path \"$root/site\"", "NameInvalid,CloudBackup.Commands.NewBackupSiteCommand", "InvalidArgument")]
    [InlineData("New-BackupSite x filesystem -Path \"$root/site\" -Bucket abc", "AmbiguousParameterSet,CloudBackup.Commands.NewBackupSiteCommand", "InvalidArgument")]
    [InlineData("New-BackupSite x s3 -Path /", "SettingNotForProvider,CloudBackup.Commands.NewBackupSiteCommand", "InvalidArgument")]
    [InlineData("New-BackupSite x noop -Region a", "SettingNotForProvider,CloudBackup.Commands.NewBackupSiteCommand", "InvalidArgument")]
    [InlineData("New-BackupSite x s3 -Region eu-west-1", "NameInvalid,CloudBackup.Commands.NewBackupSiteCommand", "InvalidArgument")]
    [InlineData("New-BackupSite x wasabi -Bucket abc -Region 'eu/1'", "NameInvalid,CloudBackup.Commands.NewBackupSiteCommand", "InvalidArgument")]
    [InlineData("New-BackupSite x minio -Bucket abc", "NameInvalid,CloudBackup.Commands.NewBackupSiteCommand", "InvalidArgument")]
    [InlineData("New-BackupSite x s3 -Bucket abc -AcceptSelfSignedCertificate", "NameInvalid,CloudBackup.Commands.NewBackupSiteCommand", "InvalidArgument")]
    [InlineData("Get-BackupSite x", "SiteNotFound,CloudBackup.Commands.GetBackupSiteCommand", "ObjectNotFound")]
    [InlineData("Set-BackupSite x -Default", "SiteNotFound,CloudBackup.Commands.SetBackupSiteCommand", "ObjectNotFound")]
    [InlineData("Remove-BackupSite x -Force", "SiteNotFound,CloudBackup.Commands.RemoveBackupSiteCommand", "ObjectNotFound")]
    [InlineData("Test-BackupSite x", "SiteNotFound,CloudBackup.Commands.TestBackupSiteCommand", "ObjectNotFound")]
    [InlineData("Test-BackupSite", "NoDefaultSite,CloudBackup.Commands.TestBackupSiteCommand", "ObjectNotFound")]
    public void Failures_are_one_error_record_with_a_stable_id(string script, string errorId, string category)
    {
        using var session = new Session();
        var error = session.Fail(script);
        Assert.Equal((errorId, category), (error.FullyQualifiedErrorId, error.CategoryInfo.Category.ToString()));
        Assert.Empty(session.Run("Get-BackupSite"));
    }

    [Fact]
    public void WhatIf_changes_nothing()
    {
        using var session = new Session();
        session.Run("New-BackupSite a filesystem -Path \"$root/site\" -WhatIf");
        Assert.Empty(session.Run("Get-BackupSite"));
        session.Run("New-BackupSite a filesystem -Path \"$root/site\"");
        session.Run("Set-BackupSite a -Prefix x -WhatIf; Remove-BackupSite a -WhatIf");
        Assert.Equal("", session.Run("Get-BackupSite a")[0].Text("Prefix"));
    }

    [Fact]
    public void Set_BackupSite_changes_only_what_is_given()
    {
        using var session = new Session();
        session.Run("New-BackupSite a filesystem -Path \"$root/site\" -ExternalDisk -UploadConcurrency 3");
        Assert.Empty(session.Run("Set-BackupSite a -DownloadConcurrency 5"));
        var site = session.Run("Get-BackupSite a | Set-BackupSite -Prefix p -PassThru")[0];
        Assert.Equal(("3 uploads, 5 downloads", "p"), (site.Text("Limits"), site.Text("Prefix")));
    }

    [Fact]
    public void Get_BackupSite_takes_wildcards_and_names_what_is_missing()
    {
        using var session = new Session();
        session.Run("'alpha','beta','gamma' | ForEach-Object { New-BackupSite $_ noop }");
        Assert.Equal(["alpha", "beta", "gamma"], session.Run("(Get-BackupSite).Name").Select(name => name.ToString()));
        Assert.Equal(["alpha", "gamma"], session.Run("(Get-BackupSite *m*, a*).Name").Select(name => name.ToString()).Order());
        Assert.Empty(session.Run("Get-BackupSite z*"));
        Assert.Equal("alpha", Assert.Single(session.Run("Get-BackupSite -Default")).Text("Name"));
        Assert.Equal(2, session.Invoke("Get-BackupSite alpha, nothing, beta").Count);
        Assert.Single(session.Errors);
    }

    [Theory]
    [InlineData("wasabi -Bucket b -Region eu-c", "eu-central-1", "eu-central-2")]
    [InlineData("scaleway-objectstorage -Region ", "fr-par", "nl-ams", "pl-waw", "it-mil")]
    [InlineData("cloudflare-r2 -Region ", "auto")]
    public void Region_completes_those_of_the_provider(string line, params string[] expected)
    {
        using var session = new Session();
        var full = $"New-BackupSite x -PlatformHome {session.Root}/home {line}";
        var offers = session.Invoke("(TabExpansion2 $args[0] $args[0].Length).CompletionMatches.CompletionText", full);
        Assert.Equal(expected, offers.Select(offer => offer.ToString()));
    }

    [Fact]
    public void Test_BackupSite_returns_a_result_or_with_Quiet_a_boolean()
    {
        using var session = Session.WithApp();
        Assert.Equal("True", session.Run("Test-BackupSite").Single().Text("IsUsable"));
        Assert.Equal(true, session.Run("Get-BackupSite | Test-BackupSite -Quiet").Single().BaseObject);
        Directory.Delete(Path.Join(session.Root, "site"));
        Assert.Equal(false, session.Run("Test-BackupSite local -Quiet").Single().BaseObject);
    }

    [Fact]
    public void Remove_BackupSite_keeps_a_site_with_backups_unless_their_records_may_go()
    {
        using var session = Session.WithApp();
        session.Run("New-AppBackup wiki.example.com");
        Assert.StartsWith("SiteHasBackups,", session.Fail("Remove-BackupSite local -Force").FullyQualifiedErrorId, StringComparison.Ordinal);
        session.Run("Get-BackupSite | Remove-BackupSite -ForgetBackup -Force");
        Assert.Empty(session.Run("Get-BackupSite"));
        Assert.Equal(3, session.StoredFiles().Count);
    }
}
