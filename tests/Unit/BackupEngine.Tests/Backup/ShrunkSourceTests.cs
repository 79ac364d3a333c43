using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Backup;

/// <summary>A source that has become empty, or nearly so, is never backed up without a word.</summary>
public sealed class ShrunkSourceTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(BackupFormat.Tgz)]
    [InlineData(BackupFormat.Rsync)]
    public async Task An_app_whose_data_is_gone_is_warned_of_each_time_with_both_numbers(BackupFormat format)
    {
        using var platform = await new TestPlatform().SetUpAsync(site: site => site with { Format = format });
        Write(platform, files: 50, length: 10);
        Assert.Empty(await WarningsOfAsync(platform));
        Empty(platform);
        for (var i = 0; i < 3; i++)
        {
            var warning = Assert.Single(await WarningsOfAsync(platform));
            Assert.Contains("is empty: 0 files now, 50 in the backup", warning, StringComparison.Ordinal);
        }
        Write(platform, files: 50, length: 10);
        Assert.Empty(await WarningsOfAsync(platform));
    }

    [Theory]
    [InlineData(50, 100, 5, 100, false)]
    [InlineData(50, 100, 4, 100, true)]
    [InlineData(19, 100, 1, 100, false)]
    [InlineData(1, 100, 0, 0, true)]
    [InlineData(10, 10_000, 10, 500, true)]
    [InlineData(10, 10_000, 10, 2_000, false)]
    [InlineData(10, 1_000, 10, 1, false)]
    [InlineData(0, 0, 0, 0, false)]
    [InlineData(4, 100, 50, 100, false)]
    public async Task More_than_nine_tenths_lost_is_worth_a_warning_once(int files, int length, int filesNow, int lengthNow, bool warns)
    {
        using var platform = await new TestPlatform().SetUpAsync();
        Write(platform, files, length);
        Assert.Empty(await WarningsOfAsync(platform));
        Empty(platform);
        Write(platform, filesNow, lengthNow);
        Assert.Equal(warns ? 1 : 0, (await WarningsOfAsync(platform)).Count);
        Assert.Equal(warns && filesNow == 0 ? 1 : 0, (await WarningsOfAsync(platform)).Count);
    }

    [Fact]
    public async Task A_Partial_backup_is_no_measure()
    {
        using var platform = await new TestPlatform().SetUpAsync(app => app with { Addons = [new BackupAddon { Type = AddonType.Sqlite, Path = "data/none.db" }] });
        Write(platform, files: 50, length: 10);
        Assert.Equal(BackupState.Partial, (await platform.BackUpAsync(new AppBackupOptions { ContinueOnError = true })).State);
        Empty(platform);
        platform.Engine.Apps.Update(platform.Engine.Apps.Get(TestPlatform.Location) with { Addons = [] });
        Assert.Empty(await WarningsOfAsync(platform));
    }

    private static async Task<IReadOnlyCollection<string>> WarningsOfAsync(TestPlatform platform)
    {
        platform.Observer.Warnings.Clear();
        Assert.Equal(BackupState.Ready, (await platform.BackUpAsync()).State);
        Token.ThrowIfCancellationRequested();
        return [.. platform.Observer.Warnings];
    }

    private static void Write(TestPlatform platform, int files, int length)
    {
        for (var i = 0; i < files; i++)
        {
            File.WriteAllText(Path.Join(platform.Data, $"f{i}"), new string('x', length));
        }
    }

    private static void Empty(TestPlatform platform)
    {
        foreach (var file in Directory.GetFiles(platform.Data))
        {
            File.Delete(file);
        }
    }
}
