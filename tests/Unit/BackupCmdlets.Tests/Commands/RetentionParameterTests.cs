using System.Management.Automation;
using CloudBackup.Cmdlets.Tests.Support;

namespace CloudBackup.Cmdlets.Tests.Commands;

public sealed class RetentionParameterTests
{
    [Theory]
    [InlineData("'7 daily, 4 weekly, 12 monthly'", "7 daily, 4 weekly, 12 monthly")]
    [InlineData("'within 30 days'", "within 30 days")]
    [InlineData("forever", "forever")]
    [InlineData("@{ KeepDaily = 7; Weekly = '4'; KeepWithin = '2 days'; TimeZone = 'Europe/Vienna' }", "within 2 days, 7 daily, 4 weekly, in Europe/Vienna")]
    [InlineData("([ordered]@{ KeepLast = 3 })", "3 last")]
    [InlineData("([TimeSpan]::FromDays(2))", "within 2 days")]
    [InlineData("([CloudBackup.RetentionPolicy]'2 daily')", "2 daily")]
    [InlineData("([CloudBackup.RetentionPolicy]@{ KeepYearly = 2 })", "2 yearly")]
    public void Retention_takes_texts_tables_and_policies(string argument, string shown)
    {
        using var session = new Session();
        session.Run($"New-BackupSite a noop -Retention {argument}");
        Assert.Equal(shown, session.Run("(Get-BackupSite a).Retention.ToString()")[0].ToString());
        session.Run("New-BackupSite b noop");
        Assert.Null(session.Run("Get-BackupSite b")[0].Get("Retention"));
        Assert.Equal(shown, session.Run($"Set-BackupSite b -Retention {argument} -PassThru")[0].Text("Retention"));
        Assert.Equal(shown, session.Run("Set-BackupSite b -Prefix x -PassThru")[0].Text("Retention"));
    }

    [Theory]
    [InlineData("'7 dayly'", "RetentionInvalid")]
    [InlineData("@{ KeepDayly = 7 }", "RetentionInvalid")]
    [InlineData("@{ KeepDaily = 7; TimeZone = 'Nowhere' }", "RetentionInvalid")]
    [InlineData("([CloudBackup.RetentionPolicy]@{ KeepDaily = -2 })", "RetentionInvalid")]
    [InlineData("7", "RetentionInvalid")]
    [InlineData("@{}", "RetentionEmpty")]
    [InlineData("''", "RetentionEmpty")]
    [InlineData("$null", "RetentionEmpty")]
    [InlineData("([CloudBackup.RetentionPolicy]::new())", "RetentionEmpty")]
    public void What_is_no_policy_is_refused_and_changes_nothing(string argument, string errorId)
    {
        using var session = new Session();
        session.Run("New-BackupSite a noop -Retention '2 daily'");
        var error = session.Fail($"Set-BackupSite a -Retention {argument}");
        Assert.Equal($"{errorId},CloudBackup.Commands.SetBackupSiteCommand", error.FullyQualifiedErrorId);
        Assert.Equal(ErrorCategory.InvalidArgument, error.CategoryInfo.Category);
        Assert.StartsWith($"{errorId},", session.Fail($"New-BackupSite b noop -Retention {argument}").FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal("2 daily", session.Run("Get-BackupSite").Single().Text("Retention"));
    }

    [Theory]
    [InlineData("New-BackupSite a noop -Retention ", "'2 days'", 8)]
    [InlineData("Set-BackupSite a -Retention 7", "'7 daily, 4 weekly, 12 monthly'", 1)]
    [InlineData("Set-BackupSite a -Retention 'fo", "'forever'", 1)]
    public void Retention_completes_the_presets(string line, string first, int count)
    {
        using var session = new Session();
        var offers = session.Invoke("(TabExpansion2 $args[0] $args[0].Length).CompletionMatches.CompletionText", line).Select(offer => offer.ToString()).ToList();
        Assert.Equal((first, count), (offers[0], offers.Count));
    }
}
