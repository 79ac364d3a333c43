using System.Globalization;
using System.Text.Json;
using CloudBackup.Retention;
using CloudBackup.Tests.Support;

namespace CloudBackup.IntegrationTests;

/// <summary>The same dates given to restic, whose rules many know.</summary>
public sealed class ResticForgetTests
{
    private static readonly Guid App = new("11111111-1111-1111-1111-111111111111");
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    /// <summary>restic also keeps the oldest snapshot of all as long as a rule has places left; see about_CloudBackupRetention.</summary>
    [Fact]
    public void Restic_forget_keeps_the_same_for_the_same_counts()
    {
        Tools.Need("restic");
        using var folder = new TempFolder();
        var times = Times();
        Restic(folder, "init");
        var file = folder["file"];
        File.WriteAllText(file, "content");
        foreach (var time in times)
        {
            Restic(folder, "backup", "--host", "server", "--time", time.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture), file);
        }
        foreach (var (hourly, daily, weekly, monthly, yearly) in new[] { (0, 7, 0, 0, 0), (0, 0, 4, 0, 0), (0, 0, 0, 6, 0), (0, 0, 0, 0, 2), (12, 7, 4, 12, 3), (3, 2, 2, 2, 1) })
        {
            var theirs = KeptByRestic(folder, hourly, daily, weekly, monthly, yearly);
            var policy = new RetentionPolicy
            {
                KeepHourly = hourly,
                KeepDaily = daily,
                KeepWeekly = weekly,
                KeepMonthly = monthly,
                KeepYearly = yearly,
            };
            var ours = KeptByUs(times, policy);
            Assert.Empty(ours.Except(theirs));
            Assert.Empty(theirs.Except(ours).Except([times.Min()]));
        }
    }

    /// <summary>Times of two years: some days and weeks have several, some none.</summary>
    private static List<DateTimeOffset> Times()
    {
        var random = new Random(20261124);
        var times = new SortedSet<DateTimeOffset>();
        while (times.Count < 36)
        {
            // The cube makes young ones many and old ones rare.
            var age = Math.Pow(random.NextDouble(), 3) * 700;
            var time = Now.AddDays(-age);
            times.Add(new DateTimeOffset(time.Year, time.Month, time.Day, time.Hour, time.Minute, 0, TimeSpan.Zero));
        }
        return [.. times];
    }

    private static HashSet<DateTimeOffset> KeptByUs(List<DateTimeOffset> times, RetentionPolicy policy)
    {
        var items = times.Select((time, i) => new RetentionItem
        {
            Id = $"{i}",
            Owner = new BackupOwner(App),
            Created = time,
            State = BackupState.Ready,
        }).ToList();
        var rules = new RetentionRules { Policy = policy, Zone = TimeZoneInfo.Utc, Now = Now, RegisteredApps = new HashSet<Guid> { App } };
        return [.. RetentionEvaluator.Evaluate(items, rules).Where(verdict => verdict.IsKept).Select(verdict => verdict.Item.Created)];
    }

    private static HashSet<DateTimeOffset> KeptByRestic(TempFolder folder, int hourly, int daily, int weekly, int monthly, int yearly)
    {
        List<string> arguments = ["forget", "--dry-run", "--json"];
        foreach (var (rule, count) in new[] { ("hourly", hourly), ("daily", daily), ("weekly", weekly), ("monthly", monthly), ("yearly", yearly) })
        {
            if (count > 0)
            {
                arguments.AddRange([$"--keep-{rule}", count.ToString(CultureInfo.InvariantCulture)]);
            }
        }
        var output = Restic(folder, [.. arguments]);
        using var groups = JsonDocument.Parse(output[..(output.LastIndexOf(']') + 1)]);
        return [.. groups.RootElement[0].GetProperty("keep").EnumerateArray().Select(snapshot => snapshot.GetProperty("time").GetDateTimeOffset())];
    }

    private static string Restic(TempFolder folder, params string[] arguments) => Tools.Run(
        "env", ["TZ=UTC", "RESTIC_PASSWORD=test", $"RESTIC_REPOSITORY={folder["repository"]}", "restic", "--no-cache", "--quiet", .. arguments]);
}
