using System.Diagnostics;
using System.Globalization;
using CloudBackup.Retention;

namespace CloudBackup.Bench.Engine;

/// <summary>Weighs the backups of a platform that ran for long: every six hours 40 apps, then the platform, which stands on them.</summary>
internal static class RetentionWork
{
    private const int AppCount = 40;

    private static readonly TimeSpan Interval = TimeSpan.FromHours(6);
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 3, 0, 0, TimeSpan.Zero);

    /// <summary>Weighs, and returns how long that took: the first time with all that the runtime does then.</summary>
    public static TimeSpan Run(int backups, int times)
    {
        var apps = Enumerable.Range(1, AppCount).Select(number => new Guid(number, 0, 0, new byte[8])).ToArray();
        var items = MakeItems(apps).Take(backups).ToList();
        var rules = new RetentionRules
        {
            Policy = RetentionPolicy.Parse("7 daily, 4 weekly, 12 monthly"),
            Zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"),
            Now = Now,
            RegisteredApps = apps.ToHashSet(),
        };
        var started = Stopwatch.GetTimestamp();
        for (var time = 0; time < times; time++)
        {
            var kept = RetentionEvaluator.Evaluate(items, rules).Count(verdict => verdict.IsKept);
            if (kept == 0 || kept == items.Count)
            {
                throw new BenchException($"{kept} of {items.Count} backups were kept: that is no policy.");
            }
        }
        return Stopwatch.GetElapsedTime(started);
    }

    /// <summary>Newest first, as the catalog gives them; a few have failed, a few are incomplete.</summary>
    private static IEnumerable<RetentionItem> MakeItems(Guid[] apps)
    {
        for (var run = 0; ; run++)
        {
            var created = Now - (run * Interval);
            var ids = apps.Select(app => string.Create(CultureInfo.InvariantCulture, $"app_{run}_{app:N}")).ToArray();
            yield return new RetentionItem
            {
                Id = string.Create(CultureInfo.InvariantCulture, $"box_{run}"),
                Owner = BackupOwner.Platform,
                Created = created,
                State = BackupState.Ready,
                DependsOn = ids,
            };
            for (var app = 0; app < apps.Length; app++)
            {
                var state = ((run * 7) + app) switch { var n when n % 31 == 0 => BackupState.Failed, var n when n % 97 == 0 => BackupState.Partial, _ => BackupState.Ready };
                yield return new RetentionItem { Id = ids[app], Owner = new BackupOwner(apps[app]), Created = created, State = state };
            }
        }
    }
}
