using System.Globalization;
using CloudBackup.Storage;
using CloudBackup.Tests.Fakes;
using Microsoft.Extensions.Time.Testing;

namespace CloudBackup.Tests.Support;

/// <summary>
/// A year of a platform: a run every six hours, of which some fail and some precede an update; one of two apps is unregistered on the way;
/// and regular cleanups. What must be left is worked out here once more, by hand, from all that was ever made.
/// </summary>
internal sealed class YearOfBackups : IDisposable
{
    /// <summary>The policy that the site must have.</summary>
    public const string Policy = "7 daily, 4 weekly, 12 monthly, in UTC";

    private const int RunsPerDay = 4;
    private const int Days = 365;
    private const int LastRunOfOther = 700;
    private const string Other = "other.example.com";

    private static readonly TimeSpan Preserved = TimeSpan.FromDays(21);

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2025, 11, 24, 0, 30, 0, TimeSpan.Zero));
    private readonly Func<FaultyStorage> _faults;
    private readonly List<AppBackup> _made = [];
    private readonly HashSet<Guid> _registered = [];

    public YearOfBackups() => Platform = TestPlatform.WithFaults(out _faults, _time);

    public TestPlatform Platform { get; }

    private DateTimeOffset Now => _time.GetUtcNow();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Lives the year; cleans up each so many days.</summary>
    public async Task LiveAsync(int daysBetweenCleanups)
    {
        File.WriteAllText(Path.Join(Platform.Data, "file"), "content");
        _registered.UnionWith([Platform.Engine.Apps.Get(TestPlatform.Location).Id, Platform.AddApp(Other, files: 1).Id]);
        for (var run = 0; run < Days * RunsPerDay; run++)
        {
            await BackUpAsync(TestPlatform.Location, run);
            if (run < LastRunOfOther)
            {
                await BackUpAsync(Other, run + 3);
            }
            if (run == LastRunOfOther)
            {
                var other = Platform.Engine.Apps.Get(Other);
                Platform.Engine.Apps.Unregister(Other, NullObserver.Instance);
                _registered.Remove(other.Id);
            }
            if (run % (RunsPerDay * daysBetweenCleanups) == 0)
            {
                await CleanAsync();
            }
            _time.Advance(TimeSpan.FromHours(6));
        }
        await CleanAsync();
    }

    /// <summary>Compares catalog and storage with what the policy describes.</summary>
    public async Task CheckAsync(IBackupStorage storage)
    {
        var expected = _made.GroupBy(backup => backup.AppId).SelectMany(Kept).OrderBy(backup => backup.RemotePath, StringComparer.Ordinal).ToList();
        Assert.InRange(expected.Count, 25, 40);
        Assert.Equal(
            expected.Select(backup => backup.Id).Order(StringComparer.Ordinal), Platform.Engine.AppBackups.List().Select(backup => backup.Id).Order(StringComparer.Ordinal));
        var stored = await storage.ListAsync("", recursive: true, Token).Select(item => item.Path).Where(path => path[0] == '2').ToListAsync(Token);
        Assert.Equal(
            expected.SelectMany(backup => new[] { ".backupinfo", ".index.gz", ".tar.gz" }.Select(ending => backup.RemotePath + ending)), stored.Order(StringComparer.Ordinal));
    }

    public void Dispose() => Platform.Dispose();

    private async Task BackUpAsync(string location, int run)
    {
        if (run % 17 == 5)
        {
            _faults().Before = (_, call, path) =>
            {
                if (call == "write" && path.EndsWith(".tar.gz", StringComparison.Ordinal))
                {
                    throw new StorageException(StorageErrorKind.AccessDenied, path, "denied on purpose");
                }
            };
            await Assert.ThrowsAsync<BackupException>(() => MakeAsync(location, null));
            _faults().Before = null;
            return;
        }
        _made.Add((await MakeAsync(location, run % 240 == 100 ? Now + Preserved : null))!);
    }

    private Task<AppBackup?> MakeAsync(string location, DateTimeOffset? preserveUntil) => Platform.Engine.AppBackups.CreateAsync(
        location, new AppBackupOptions { PreserveUntil = preserveUntil }, Platform.Observer, Token);

    private async Task CleanAsync()
    {
        var plan = await Platform.Engine.Cleanup.PlanAsync(null, Platform.Observer, Token);
        plan.Check(null, isClockRight: false);
        Assert.Empty((await Platform.Engine.Cleanup.ExecuteAsync(plan, _ => true, Platform.Observer, Token)).Failures);
    }

    private IEnumerable<AppBackup> Kept(IEnumerable<AppBackup> ofOneApp)
    {
        var newestFirst = ofOneApp.OrderByDescending(backup => backup.Created).ToList();
        var preserved = newestFirst.Where(backup => backup.PreserveUntil > Now).ToHashSet();
        var weighed = newestFirst.Where(backup => !preserved.Contains(backup)).ToList();
        var kept = preserved.ToHashSet();
        kept.UnionWith(Newest(weighed, 7, time => time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)));
        kept.UnionWith(Newest(weighed, 4, time => $"{ISOWeek.GetYear(time)} {ISOWeek.GetWeekOfYear(time)}"));
        kept.UnionWith(Newest(weighed, 12, time => time.ToString("yyyy-MM", CultureInfo.InvariantCulture)));
        if (_registered.Contains(newestFirst[0].AppId))
        {
            kept.Add(newestFirst[0]);
        }
        return kept;
    }

    private static IEnumerable<AppBackup> Newest(IEnumerable<AppBackup> newestFirst, int count, Func<DateTime, string> period) =>
        newestFirst.GroupBy(backup => period(backup.Created.UtcDateTime)).Take(count).Select(ofOnePeriod => ofOnePeriod.First());
}
