using CloudBackup.Tests.Support;

namespace CloudBackup.IntegrationTests.Import;

/// <summary>Whatever a small archive unpacks to, an import of it in a process with 1 GiB of memory is good or fails with a known error.</summary>
public sealed class HostileArchiveTests
{
    private const long Memory = 1L << 30;
    private const long LargestArchive = 16 * 1024 * 1024;

    public static TheoryData<string, string> Archives => new()
    {
        { "a name of 100,000 folders", "ImportUnreadable" },
        { "a name of the longest kind", "" },
        { "a sparse file with a long name", "ImportUnreadable" },
        { "folders with long names", "ImportTooManyFolders" },
        { "folders whose owners have long names", "" },
        { "folders with large attributes", "ImportTooManyFolders" },
        { "links before their files", "ImportTooManyFolders" },
        { "links with long targets", "" },
        { "a long access list", "" },
        { "many tiny records", "" },
        { "large headers", "" },
        { "large global headers", "" },
        { "a sparse map of the largest kind", "" },
        { "many tiny files", "" },
        { "a zip name of 32,760 levels", "ImportUnreadable" },
        { "a zip name of the most levels", "" },
        { "a zip that says it has very many entries", "ImportUnreadable" },
        { "a zip that says it has a negative number of entries", "ImportUnreadable" },
    };

    [Theory]
    [MemberData(nameof(Archives))]
    public async Task It_comes_in_or_is_refused_within_a_gibibyte(string name, string error)
    {
        using var platform = await new TestPlatform(root: TempFolder.Memory).SetUpAsync();
        var archive = platform.Folder["hostile"];
        HostileArchives.All[name](archive);
        Assert.InRange(new FileInfo(archive).Length, 1, LargestArchive);
        platform.Engine.Dispose();
        var result = Tools.RunHostWithin(
            Memory,
            platform.Folder["home"],
            $"try {{ Import-AppBackup {TestPlatform.Location} -Path {archive} -Force -SkipSafetyBackup -ErrorAction Stop | Out-Null }} "
            + "catch { 'failed: ' + $_.FullyQualifiedErrorId.Split(',')[0] }");
        Assert.Equal((0, error.Length == 0 ? "" : $"failed: {error}"), (result.ExitCode, result.Output.Trim()));
    }
}
