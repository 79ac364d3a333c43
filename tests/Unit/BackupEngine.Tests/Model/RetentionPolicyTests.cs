using System.Collections;
using System.Text.Json;
using CloudBackup.Tests.Retention;
using CsCheck;

namespace CloudBackup.Tests.Model;

public sealed class RetentionPolicyTests
{
    private static readonly Gen<RetentionPolicy> Policies = Gen.Select(
        Gen.OneOf(
            History.Pick(RetentionPolicy.ForEver), Gen.Int[1, 4000].Select(days => TimeSpan.FromDays(days)), Gen.Int[1, 99].Select(hours => TimeSpan.FromHours(hours)),
            Gen.Long[1, TimeSpan.MaxValue.Ticks].Select(ticks => new TimeSpan(ticks))).Nullable(),
        Gen.Int[0, 999].Array[6],
        History.Pick<string?>(null, "Europe/Vienna", "UTC", "Etc/GMT+5", "America/Argentina/Buenos_Aires"),
        (within, counts, zone) => new RetentionPolicy
        {
            KeepWithin = within,
            KeepLast = counts[0],
            KeepHourly = counts[1],
            KeepDaily = counts[2],
            KeepWeekly = counts[3],
            KeepMonthly = counts[4],
            KeepYearly = 1 + counts[5],
            TimeZone = zone,
        });

    [Fact]
    public void Text_survives_the_round_trip() => Policies.Sample(policy => RetentionPolicy.Parse(policy.ToString()) == policy);

    [Fact]
    public void Json_survives_the_round_trip() => Policies.Sample(policy =>
    {
        var site = new BackupSite { Name = "a", Provider = "noop", Settings = new NoopSettings(), Retention = policy };
        var json = JsonSerializer.Serialize(site, ModelJson.Default.BackupSite);
        return JsonSerializer.Deserialize(json, ModelJson.Default.BackupSite)!.Retention == policy;
    });

    [Theory]
    [InlineData("7 daily, 4 weekly, 12 monthly", "7 daily, 4 weekly, 12 monthly")]
    [InlineData("2 daily + 4 weekly", "2 daily, 4 weekly")]
    [InlineData("12 MONTHLY and 3 last; 1 yearly", "3 last, 12 monthly, 1 yearly")]
    [InlineData("last 5", "5 last")]
    [InlineData("within 30 days", "within 30 days")]
    [InlineData("30 days", "within 30 days")]
    [InlineData("1 week", "within 7 days")]
    [InlineData("3 months", "within 90 days")]
    [InlineData("1 year", "within 365 days")]
    [InlineData("36h", "within 36 hours")]
    [InlineData("2d", "within 2 days")]
    [InlineData("within 1.12:30:00", "within 1.12:30:00")]
    [InlineData("for ever", "forever")]
    [InlineData("within 2 days, 24 hourly, in Europe/Vienna", "within 2 days, 24 hourly, in Europe/Vienna")]
    public void Texts_are_understood(string text, string canonical) => Assert.Equal(canonical, RetentionPolicy.Parse(text).ToString());

    [Fact]
    public void Every_preset_is_a_policy() => Assert.All(RetentionPolicy.Presets, preset => RetentionPolicy.Parse(preset));

    [Theory]
    [InlineData("7 dayly", "'7 dayly' is not understood")]
    [InlineData("7 daily, sometimes", "'sometimes' is not understood")]
    [InlineData("30", "'30' is not understood")]
    [InlineData("-3 daily", "'-3 daily' is not understood")]
    [InlineData("99999999999 daily", "is not understood")]
    [InlineData("9999999999999999 years", "is not understood")]
    [InlineData("1 daily, 2 daily", "'daily' twice")]
    [InlineData("1 week, 2 days", "'within' twice")]
    [InlineData("7 daily, in Atlantis/City", "no such time zone")]
    [InlineData("0 hours", "positive")]
    [InlineData("-1.00:00:00", "positive")]
    public void Texts_that_are_none_are_refused_and_told_why(string text, string reason)
    {
        var failure = Assert.Throws<BackupException>(() => RetentionPolicy.Parse(text));
        Assert.Equal(("RetentionInvalid", BackupErrorCategory.InvalidInput), (failure.ErrorId, failure.Category));
        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" , ")]
    [InlineData("0 daily, 0 weekly")]
    [InlineData("in Europe/Vienna")]
    public void An_empty_policy_is_refused(string text) =>
        Assert.Equal("RetentionEmpty", Assert.Throws<BackupException>(() => RetentionPolicy.Parse(text)).ErrorId);

    [Fact]
    public void Tables_are_understood()
    {
        var table = new Hashtable { ["KeepDaily"] = 7, ["weekly"] = "4", ["KEEPMONTHLY"] = 12L, ["KeepWithin"] = "2 days", ["TimeZone"] = "Europe/Vienna" };
        Assert.Equal("within 2 days, 7 daily, 4 weekly, 12 monthly, in Europe/Vienna", RetentionPolicy.FromTable(table).ToString());
        Assert.Equal("within 5 hours", RetentionPolicy.FromTable(new Hashtable { ["Within"] = TimeSpan.FromHours(5) }).ToString());
        Assert.Equal("forever", RetentionPolicy.FromTable(new Hashtable { ["KeepWithin"] = "forever", ["KeepLast"] = null }).ToString());
    }

    [Theory]
    [InlineData("KeepMinutely", 3, "no such rule")]
    [InlineData("KeepDaily", "many", "whole number")]
    [InlineData("KeepDaily", 2.5, "whole number")]
    [InlineData("KeepDaily", -1, "not negative")]
    [InlineData("KeepWithin", 30, "time span")]
    [InlineData("KeepWithin", "a while", "time span")]
    [InlineData("TimeZone", 7, "name of a time zone")]
    public void Tables_that_are_none_are_refused_and_told_why(string key, object value, string reason)
    {
        var failure = Assert.Throws<BackupException>(() => RetentionPolicy.FromTable(new Hashtable { [key] = value, ["KeepYearly"] = 1 }));
        Assert.Equal("RetentionInvalid", failure.ErrorId);
        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_table_and_names_that_come_twice_are_refused()
    {
        Assert.Equal("RetentionEmpty", Assert.Throws<BackupException>(() => RetentionPolicy.FromTable(new Hashtable())).ErrorId);
        var twice = new Hashtable { ["Daily"] = 1, ["KeepDaily"] = 2 };
        Assert.Contains("twice", Assert.Throws<BackupException>(() => RetentionPolicy.FromTable(twice)).Message, StringComparison.Ordinal);
    }
}
