using CloudBackup.Cleanup;
using CloudBackup.Storage;
using CloudBackup.Tests.Fakes;

namespace CloudBackup.Tests.Cleanup;

public sealed class CleanupRunnerTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_no_rule_keeps_goes_from_storage_and_catalog()
    {
        using var timeline = await Timeline.StartAsync("3 daily");
        var made = await timeline.BackUpDailyAsync(6);
        await timeline.Engine.AppBackups.AnnotateAsync(made[0].Id, backup => backup with { Label = "noted" }, timeline.Observer, Token);
        var result = await timeline.CleanAsync();
        Assert.Equal(made.Skip(3).Select(backup => backup.RemotePath), timeline.Stored());
        Assert.Equal(9, timeline.Platform.StoredFiles().Count);
        Assert.Equal(3, Directory.GetDirectories(timeline.Platform.SitePath).Length);
        Assert.Equal(made.Skip(3).Reverse().Select(backup => backup.Id), timeline.Known());
        Assert.Empty(result.Failures);
        Assert.Equal(
            ["Keep daily-1 Kept", "Keep daily-2 Kept", "Keep daily-3 Kept", "Remove outside-policy Removed", "Remove outside-policy Removed", "Remove outside-policy Removed"],
            result.Decisions.Select(decision => $"{decision.Action} {decision.Reason} {decision.Outcome}"));
        Assert.Equal(made.AsEnumerable().Reverse().Select(backup => backup.Id), result.Decisions.Select(decision => decision.Id));
        Assert.Equal(timeline.Time.GetUtcNow(), timeline.Engine.Sites.Get("local").LastCleanup);
    }

    [Fact]
    public async Task A_plan_touches_nothing()
    {
        using var timeline = await Timeline.StartAsync("1 daily");
        await timeline.BackUpDailyAsync(3);
        var (files, known) = (timeline.Platform.StoredFiles(), timeline.Engine.AppBackups.List());
        timeline.Faults.Before = (_, call, path) => Assert.True(call is "list" or "find" or "read", $"{call} {path}");
        var plan = await timeline.PlanAsync();
        Assert.Equal(["Keep", "Remove", "Remove"], plan.Decisions.Select(decision => decision.Action.ToString()));
        Assert.All(plan.Decisions, decision => Assert.Equal(CleanupOutcome.Planned, decision.Outcome));
        Assert.Equal(files, timeline.Platform.StoredFiles());
        Assert.Equal(known.Select(backup => (backup.Id, backup.State)), timeline.Engine.AppBackups.List().Select(backup => (backup.Id, backup.State)));
        Assert.Null(timeline.Engine.Sites.Get("local").LastCleanup);
    }

    [Fact]
    public async Task Only_what_is_approved_goes()
    {
        using var timeline = await Timeline.StartAsync("1 daily");
        var made = await timeline.BackUpDailyAsync(3);
        var plan = await timeline.PlanAsync();
        var result = await timeline.Engine.Cleanup.ExecuteAsync(plan, id => id == made[0].Id, timeline.Observer, Token);
        Assert.Equal(["Kept", "Postponed", "Removed"], result.Decisions.Select(decision => decision.Outcome.ToString()));
        Assert.Equal(2, timeline.Stored().Count);
    }

    [Fact]
    public async Task The_record_is_marked_before_and_dropped_after_the_data_whose_info_goes_first_I4()
    {
        using var timeline = await Timeline.StartAsync("1 daily");
        var made = await timeline.BackUpDailyAsync(2);
        var order = new List<string>();
        timeline.Faults.Before = (_, call, path) =>
        {
            if (call == "remove")
            {
                Assert.Equal(BackupState.Removing, timeline.Engine.AppBackups.Get(made[0].Id).State);
                order.Add(path.Replace(made[0].RemotePath, "*", StringComparison.Ordinal));
            }
        };
        await timeline.CleanAsync();
        Assert.Equal(["*.backupinfo", "*.tar.gz", "*.index.gz", "notes/*.json"], order);
        Assert.Equal([made[1].Id], timeline.Known());
    }

    [Theory]
    [InlineData(".backupinfo")]
    [InlineData(".tar.gz")]
    [InlineData(".index.gz")]
    [InlineData(".json")]
    public async Task A_removal_that_fails_keeps_its_record_for_next_time_and_the_rest_goes_on_I4(string ending)
    {
        using var timeline = await Timeline.StartAsync("1 daily");
        var made = await timeline.BackUpDailyAsync(4);
        timeline.Faults.Before = (_, call, path) =>
        {
            if (call == "remove" && path.Contains(made[1].RemotePath, StringComparison.Ordinal) && path.EndsWith(ending, StringComparison.Ordinal))
            {
                throw FaultyStorage.Error(StorageErrorKind.AccessDenied, path);
            }
        };
        var result = await timeline.CleanAsync();
        Assert.Equal(["Kept", "Removed", "Failed", "Removed"], result.Decisions.Select(decision => decision.Outcome.ToString()));
        var failure = Assert.Single(result.Failures);
        Assert.Equal(("CleanupFailed", BackupErrorCategory.AccessDenied), (failure.ErrorId, failure.Category));
        Assert.Contains(made[1].Id, failure.Message, StringComparison.Ordinal);
        Assert.Equal([made[3].Id, made[1].Id], timeline.Known());
        var isWhole = ending == ".backupinfo";
        Assert.Equal(isWhole ? BackupState.Ready : BackupState.Removing, timeline.Engine.AppBackups.Get(made[1].Id).State);
        var test = timeline.Engine.AppBackups.TestAsync(made[1].Id, timeline.Observer, Token);
        if (isWhole)
        {
            Assert.True((await test).IsValid);
        }
        else
        {
            Assert.Equal("BackupNotRestorable", (await Assert.ThrowsAsync<BackupException>(() => test)).ErrorId);
        }
        timeline.Faults.Before = null;
        var next = await timeline.CleanAsync();
        Assert.Equal(["daily-1 Kept", isWhole ? "outside-policy Removed" : "removing Removed"], next.Decisions.Select(decision => $"{decision.Reason} {decision.Outcome}"));
        Assert.Equal(3, timeline.Platform.StoredFiles().Count);
    }

    [Fact]
    public async Task A_storage_that_goes_down_stops_the_cleanup_and_the_next_one_ends_it()
    {
        using var timeline = await Timeline.StartAsync("1 daily");
        var made = await timeline.BackUpDailyAsync(3);
        using var stop = new CancellationTokenSource();
        timeline.Faults.After = (call, path) =>
        {
            if (path.EndsWith(".backupinfo", StringComparison.Ordinal))
            {
                stop.Cancel();
            }
        };
        var plan = await timeline.PlanAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => timeline.Engine.Cleanup.ExecuteAsync(plan, _ => true, timeline.Observer, stop.Token));
        Assert.Equal([BackupState.Ready, BackupState.Removing, BackupState.Removing], timeline.Engine.AppBackups.List().Select(backup => backup.State));
        timeline.Faults.After = null;
        await timeline.CleanAsync();
        Assert.Equal([made[2].RemotePath], timeline.Stored());
        Assert.Equal(3, timeline.Platform.StoredFiles().Count);
    }

    [Fact]
    public async Task An_encrypted_site_is_cleaned_alike()
    {
        using var password = Secret("correct horse");
        using var timeline = await Timeline.StartAsync("1 daily", secrets: new SiteSecrets { Password = password });
        await timeline.BackUpDailyAsync(3);
        await timeline.CleanAsync();
        Assert.Single(timeline.Stored());
        Assert.Equal(3, timeline.Platform.StoredFiles().Count(path => path.Contains("/app_", StringComparison.Ordinal)));
        await timeline.Engine.AppBackups.TestAsync(timeline.Known().Single(), timeline.Observer, Token);
    }

    [Fact]
    public async Task Failed_backups_and_dead_runs_go_with_all_they_left()
    {
        using var timeline = await Timeline.StartAsync("forever");
        await timeline.BackUpDailyAsync(1);
        FailWrites(timeline, isDown: false);
        await Assert.ThrowsAsync<BackupException>(() => timeline.Platform.BackUpAsync());
        timeline.Time.Advance(TimeSpan.FromHours(1));
        FailWrites(timeline, isDown: true);
        await Assert.ThrowsAsync<BackupException>(() => timeline.Platform.BackUpAsync());
        timeline.Faults.Before = null;
        Assert.Equal([BackupState.Creating, BackupState.Failed, BackupState.Ready], timeline.Engine.AppBackups.List().Select(backup => backup.State));
        Assert.Equal(4, timeline.Platform.StoredFiles().Count);
        var result = await timeline.CleanAsync();
        Assert.Equal(
            ["creating-too-long Removed", "failed Removed", "forever Kept"], result.Decisions.Select(decision => $"{decision.Reason} {decision.Outcome}"));
        Assert.Equal(3, timeline.Platform.StoredFiles().Count);
        Assert.Single(timeline.Known());
    }

    [Fact]
    public async Task A_dead_run_whose_backup_is_complete_is_found_and_kept()
    {
        using var timeline = await Timeline.StartAsync("forever");
        var isDown = false;
        timeline.Faults.After = (_, path) => ThrowWhen(isDown |= path.EndsWith(".backupinfo", StringComparison.Ordinal), path);
        timeline.Faults.Before = (_, _, path) => ThrowWhen(isDown, path);
        await Assert.ThrowsAsync<BackupException>(() => timeline.Platform.BackUpAsync());
        (timeline.Faults.After, timeline.Faults.Before) = (null, null);
        Assert.Equal(BackupState.Creating, Assert.Single(timeline.Engine.AppBackups.List()).State);
        var result = await timeline.CleanAsync();
        Assert.Equal("forever Kept", Assert.Single(result.Decisions.Select(decision => $"{decision.Reason} {decision.Outcome}")));
        Assert.Equal(BackupState.Ready, Assert.Single(timeline.Engine.AppBackups.List()).State);
        Assert.True((await timeline.Engine.AppBackups.TestAsync(timeline.Known().Single(), timeline.Observer, Token)).IsValid);
    }

    [Fact]
    public async Task A_backup_that_is_being_made_is_never_met_I5()
    {
        using var timeline = await Timeline.StartAsync("1 daily");
        var made = await timeline.BackUpDailyAsync(3);
        CleanupResult? meanwhile = null;
        timeline.Faults.Before = (_, call, path) =>
        {
            if (call == "write" && meanwhile is null)
            {
                timeline.Faults.Before = null;
                meanwhile = timeline.CleanAsync().GetAwaiter().GetResult();
            }
        };
        var fourth = await timeline.Platform.BackUpAsync();
        Assert.Equal(
            ["creating Kept", "daily-1 Kept", "outside-policy Postponed", "outside-policy Postponed"],
            meanwhile!.Decisions.Select(decision => $"{decision.Reason} {decision.Outcome}"));
        Assert.Contains(timeline.Observer.Warnings, warning => warning.Contains("wiki.example.com is in use: backup", StringComparison.Ordinal));
        Assert.True((await timeline.Engine.AppBackups.TestAsync(fourth.Id, timeline.Observer, Token)).IsValid);
        Assert.Equal(4, timeline.Stored().Count);
        await timeline.CleanAsync();
        Assert.Equal([fourth.RemotePath], timeline.Stored());
        Assert.DoesNotContain(made, backup => timeline.Known().Contains(backup.Id));
    }

    [Fact]
    public async Task Two_cleanups_of_a_site_at_a_time_are_refused()
    {
        using var timeline = await Timeline.StartAsync("1 daily");
        await timeline.BackUpDailyAsync(2);
        BackupException? second = null;
        timeline.Faults.Before = (_, call, _) =>
        {
            if (call == "remove" && second is null)
            {
                second = Assert.ThrowsAsync<BackupException>(() => timeline.CleanAsync()).GetAwaiter().GetResult();
            }
        };
        await timeline.CleanAsync();
        Assert.Equal("SiteBusy", second!.ErrorId);
    }

    [Fact]
    public async Task What_is_preserved_after_the_plan_stays()
    {
        using var timeline = await Timeline.StartAsync("1 daily");
        var made = await timeline.BackUpDailyAsync(3);
        var plan = await timeline.PlanAsync();
        await timeline.Engine.AppBackups.AnnotateAsync(
            made[0].Id, backup => backup with { PreserveUntil = DateTimeOffset.MaxValue }, timeline.Observer, Token);
        var result = await timeline.Engine.Cleanup.ExecuteAsync(plan, _ => true, timeline.Observer, Token);
        Assert.Equal(["daily-1 Kept", "outside-policy Removed", "preserved Kept"], result.Decisions.Select(decision => $"{decision.Reason} {decision.Outcome}"));
        Assert.Equal([made[0].RemotePath, made[2].RemotePath], timeline.Stored());
    }

    [Fact]
    public async Task A_latest_backup_that_somebody_removed_after_the_plan_makes_the_next_one_the_latest_I5()
    {
        using var timeline = await Timeline.StartAsync("within 1 hour");
        var made = await timeline.BackUpDailyAsync(3);
        var plan = await timeline.PlanAsync();
        await timeline.Engine.AppBackups.RemoveAsync(made[2].Id, timeline.Observer, Token);
        await timeline.Engine.Cleanup.ExecuteAsync(plan, _ => true, timeline.Observer, Token);
        Assert.Equal([made[1].RemotePath], timeline.Stored());
    }

    private static void FailWrites(Timeline timeline, bool isDown)
    {
        var failed = false;
        timeline.Faults.Before = (_, call, path) =>
        {
            failed |= call == "write" && path.EndsWith(".index.gz", StringComparison.Ordinal);
            ThrowWhen(failed && (isDown || call == "write"), path);
        };
    }

    private static void ThrowWhen(bool condition, string path)
    {
        if (condition)
        {
            throw FaultyStorage.Error(StorageErrorKind.AccessDenied, path);
        }
    }

    private static System.Security.SecureString Secret(string text)
    {
        var secret = new System.Security.SecureString();
        foreach (var character in text)
        {
            secret.AppendChar(character);
        }
        return secret;
    }
}
