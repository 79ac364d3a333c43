using CloudBackup.Infrastructure;
using CloudBackup.Storage.FileSystem;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Cleanup;

public sealed class YearTests
{
    [Fact]
    public async Task A_year_of_runs_ends_with_exactly_what_the_policy_describes()
    {
        using var year = new YearOfBackups();
        await year.Platform.SetUpAsync(site: site => site with { Retention = RetentionPolicy.Parse(YearOfBackups.Policy) });
        await year.LiveAsync(daysBetweenCleanups: 3);
        await using var storage = new FileSystemStorage(year.Platform.SitePath, new SystemRandomSource());
        await year.CheckAsync(storage);
    }
}
