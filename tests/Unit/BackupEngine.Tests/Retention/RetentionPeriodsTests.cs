namespace CloudBackup.Tests.Retention;

public sealed class RetentionPeriodsTests
{
    [Fact]
    public void Days_are_those_of_the_policys_time_zone()
    {
        // 23:30 and 00:30 in Vienna; one day in UTC.
        Assert.Equal(["next"], Evening(new History()).Kept("7 daily"));
        Assert.Equal(["next", "day"], Evening(Vienna("2026-11-24 12:00")).Kept("7 daily"));

        static History Evening(History history) => history.Add("next", "2026-11-23 23:30").Add("day", "2026-11-23 22:30");
    }

    [Fact]
    public void The_hour_that_comes_twice_in_autumn_is_two_hours_of_one_day()
    {
        // Vienna, 2026-10-25: 02:30 summer time is 00:30 UTC, 02:30 winter time is 01:30 UTC.
        var history = Vienna("2026-10-26 12:00").Add("winter", "2026-10-25 01:30").Add("summer", "2026-10-25 00:30").Add("before", "2026-10-24 23:30");
        Assert.Equal(["winter", "summer", "before"], history.Kept("5 hourly"));
        Assert.Equal(["winter"], history.Kept("5 daily"));
    }

    [Fact]
    public void A_day_of_25_hours_and_one_of_23_are_days()
    {
        var autumn = Vienna("2026-10-27 12:00").Add("next", "2026-10-25 23:00").Add("last", "2026-10-25 22:59").Add("first", "2026-10-24 22:00").Add("before", "2026-10-24 21:59");
        Assert.Equal(["next", "last", "before"], autumn.Kept("9 daily"));
        var spring = Vienna("2026-03-31 12:00").Add("next", "2026-03-29 22:00").Add("last", "2026-03-29 21:59").Add("first", "2026-03-28 23:00").Add("before", "2026-03-28 22:59");
        Assert.Equal(["next", "last", "before"], spring.Kept("9 daily"));
    }

    [Fact]
    public void The_week_over_New_Year_is_one_week()
    {
        // 2025-12-29 (Monday) to 2026-01-04 (Sunday) is week 1 of 2026.
        var history = new History { Now = History.Time("2026-01-06 00:00") }
            .Add("monday-after", "2026-01-05 00:00").Add("sunday", "2026-01-04 23:00").Add("new-year", "2026-01-01 00:00")
            .Add("old-year", "2025-12-31 23:59").Add("monday", "2025-12-29 00:00").Add("sunday-before", "2025-12-28 23:59");
        Assert.Equal(["monday-after", "sunday", "sunday-before"], history.Kept("9 weekly"));
        Assert.Equal(["monday-after", "old-year"], history.Kept("9 yearly"));
        Assert.Equal(["monday-after", "old-year"], history.Kept("9 monthly"));
    }

    [Fact]
    public void Weeks_of_the_same_number_in_two_years_are_two()
    {
        // Week 53 of 2026 ends on 2027-01-03; week 1 of 2027 follows. 2021-01-01 is in week 53 of 2020.
        var history = new History { Now = History.Time("2027-02-01 00:00") }
            .Add("w1", "2027-01-04 00:00").Add("w53", "2027-01-03 00:00").Add("w53-2026", "2026-12-28 00:00").Add("w53-2020", "2021-01-01 00:00");
        Assert.Equal(["w1", "w53", "w53-2020"], history.Kept("9 weekly"));
    }

    private static History Vienna(string now) =>
        new() { Now = History.Time(now), Zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Vienna") };
}
