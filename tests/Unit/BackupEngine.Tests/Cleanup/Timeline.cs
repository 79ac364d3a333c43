using System.Globalization;
using CloudBackup.Catalog;
using CloudBackup.Cleanup;
using CloudBackup.Tests.Fakes;
using CloudBackup.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace CloudBackup.Tests.Cleanup;

/// <summary>A platform whose clock a test sets, with backups at the times that it says.</summary>
internal sealed class Timeline : IDisposable
{
    private readonly Func<FaultyStorage> _faults;

    private Timeline(FakeTimeProvider time)
    {
        Time = time;
        Platform = TestPlatform.WithFaults(out _faults, time);
    }

    public FakeTimeProvider Time { get; }

    public TestPlatform Platform { get; }

    /// <summary>The storage that was opened last; what is set on it stays for the next ones.</summary>
    public FaultyStorage Faults => _faults();

    public BackupEngine Engine => Platform.Engine;

    public TestObserver Observer => Platform.Observer;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<Timeline> StartAsync(
        string policy, string now = "2026-11-01 03:00", SiteSecrets? secrets = null)
    {
        var timeline = new Timeline(new FakeTimeProvider(At(now)));
        await timeline.Platform.SetUpAsync(site: site => site with { Retention = RetentionPolicy.Parse(policy) }, secrets: secrets);
        File.WriteAllText(Path.Join(timeline.Platform.Data, "file"), "content");
        return timeline;
    }

    public static DateTimeOffset At(string utc) =>
        DateTimeOffset.ParseExact(utc, "yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    /// <summary>Makes a backup at each time.</summary>
    public async Task<List<AppBackup>> BackUpAsync(params string[] times)
    {
        var made = new List<AppBackup>();
        foreach (var time in times)
        {
            Time.AdjustTime(At(time));
            made.Add(await Platform.BackUpAsync());
        }
        return made;
    }

    public async Task<List<AppBackup>> BackUpDailyAsync(int days)
    {
        var made = new List<AppBackup>();
        for (var day = 0; day < days; day++)
        {
            made.Add(await Platform.BackUpAsync());
            Time.Advance(TimeSpan.FromDays(1));
        }
        return made;
    }

    public Task<CleanupPlan> PlanAsync(BackupEngine? engine = null) => (engine ?? Engine).Cleanup.PlanAsync(null, Observer, Token);

    public async Task<CleanupResult> CleanAsync(BackupEngine? engine = null, int? maxRemove = null, bool isClockRight = false)
    {
        var plan = await PlanAsync(engine);
        plan.Check(maxRemove, isClockRight);
        return await (engine ?? Engine).Cleanup.ExecuteAsync(plan, _ => true, Observer, Token);
    }

    /// <summary>The ids of the backups in the catalog, newest first.</summary>
    public List<string> Known(BackupEngine? engine = null) => [.. (engine ?? Engine).AppBackups.List().Select(backup => backup.Id)];

    /// <summary>The remote paths of the backups in the storage.</summary>
    public List<string> Stored() =>
        [.. Platform.StoredFiles().Where(path => path.Contains(".backupinfo", StringComparison.Ordinal)).Select(path => path[..path.IndexOf(".backupinfo", StringComparison.Ordinal)])];

    /// <summary>Does something with the catalog that only another part of the product does.</summary>
    public void WithCatalog(Action<BackupStore> action)
    {
        using var database = PlatformDatabase.Open(Platform.Folder["home/platform.db"]);
        action(new BackupStore(database));
    }

    public void Dispose() => Platform.Dispose();
}
