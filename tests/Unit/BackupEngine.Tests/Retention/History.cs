using System.Globalization;
using CloudBackup.Retention;
using CsCheck;

namespace CloudBackup.Tests.Retention;

/// <summary>Backups to weigh: of one registered app, one unregistered app and the platform.</summary>
internal sealed class History
{
    public static readonly Guid Wiki = new("11111111-1111-1111-1111-111111111111");
    public static readonly Guid Gone = new("22222222-2222-2222-2222-222222222222");

    private readonly List<RetentionItem> _items = [];

    public DateTimeOffset Now { get; init; } = Time("2026-11-24 12:00");

    public TimeZoneInfo Zone { get; init; } = TimeZoneInfo.Utc;

    public IReadOnlyList<RetentionItem> Items => _items;

    public static DateTimeOffset Time(string utc) =>
        DateTimeOffset.ParseExact(utc, "yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    public static RetentionItem Item(string id, DateTimeOffset created, Guid? app) =>
        new() { Id = id, Owner = new BackupOwner(app), Created = created, State = BackupState.Ready };

    /// <summary>One of some values.</summary>
    public static Gen<T> Pick<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    public History Add(string id, DateTimeOffset created, Func<RetentionItem, RetentionItem>? change = null, Guid? app = null)
    {
        var item = Item(id, created, app ?? Wiki);
        _items.Add(change?.Invoke(item) ?? item);
        return this;
    }

    public History Add(string id, string created, Func<RetentionItem, RetentionItem>? change = null, Guid? app = null) =>
        Add(id, Time(created), change, app);

    public History AddPlatform(string id, string created, params string[] dependsOn)
    {
        _items.Add(Item(id, Time(created), null) with { DependsOn = dependsOn });
        return this;
    }

    public RetentionRules Rules(RetentionPolicy policy) =>
        new() { Policy = policy, Zone = Zone, Now = Now, RegisteredApps = new HashSet<Guid> { Wiki } };

    public IReadOnlyList<RetentionVerdict> Weigh(string policy) => RetentionEvaluator.Evaluate(_items, Rules(RetentionPolicy.Parse(policy)));

    /// <summary>The ids of what is kept, newest first.</summary>
    public List<string> Kept(string policy) => [.. Weigh(policy).Where(verdict => verdict.IsKept).Select(verdict => verdict.Item.Id)];

    /// <summary>Why one backup stays or goes.</summary>
    public string Why(string policy, string id)
    {
        var verdict = Weigh(policy).Single(verdict => verdict.Item.Id == id);
        return $"{(verdict.IsKept ? "keep" : "remove")}: {string.Join("; ", verdict.Reasons)}";
    }
}
