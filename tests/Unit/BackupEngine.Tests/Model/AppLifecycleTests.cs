namespace CloudBackup.Tests.Model;

/// <summary>What an app may become from what it is. Each transition is tried on every combination of state and marks that a catalog can hold.</summary>
public sealed class AppLifecycleTests
{
    private const string Backup = "backup";

    /// <summary>What each condition becomes; a transition that is not allowed has no line.</summary>
    private static readonly (string Transition, AppCondition From, AppCondition To)[] Expected =
    [
        .. To(nameof(AppLifecycle.BeginInstallation), AppCondition.Filling, AppCondition.Installed),
        .. To(
            nameof(AppLifecycle.BeginRestore),
            AppCondition.Restoring,
            AppCondition.Installed,
            AppCondition.Failed,
            AppCondition.Restoring,
            AppCondition.Updating,
            AppCondition.InDoubt),
        .. To(nameof(AppLifecycle.BeginRestore), AppCondition.Filling, AppCondition.Filling, AppCondition.Waiting),
        .. To(
            nameof(AppLifecycle.BeginUpdate),
            AppCondition.Updating,
            AppCondition.Installed,
            AppCondition.Failed,
            AppCondition.Restoring,
            AppCondition.InDoubt),
        .. To(nameof(AppLifecycle.NoteWayBack), AppCondition.Updating, AppCondition.Updating),
        .. To(nameof(AppLifecycle.NoteStart), AppCondition.Updating, AppCondition.Updating),
        .. To(nameof(AppLifecycle.Finish), AppCondition.Installed, Enum.GetValues<AppCondition>()),
        .. To(nameof(AppLifecycle.MoveHere), AppCondition.Filling, Enum.GetValues<AppCondition>()),
    ];

    private static readonly Dictionary<string, Func<BackupApp, BackupApp>> Transitions = new()
    {
        [nameof(AppLifecycle.BeginInstallation)] = app => app.BeginInstallation(Backup),
        [nameof(AppLifecycle.BeginRestore)] = app => app.BeginRestore(),
        [nameof(AppLifecycle.BeginUpdate)] = app => app.BeginUpdate(),
        [nameof(AppLifecycle.NoteWayBack)] = app => app.NoteWayBack(Backup),
        [nameof(AppLifecycle.NoteStart)] = app => app.NoteStart(),
        [nameof(AppLifecycle.Finish)] = app => app.Finish("2.0"),
        [nameof(AppLifecycle.MoveHere)] = app => app.MoveHere(Backup, obstacle: null),
    };

    /// <summary>Every combination of state and marks.</summary>
    private static IEnumerable<BackupApp> All =>
        from state in Enum.GetValues<AppState>()
        from restore in new[] { null, Backup }
        from update in new[] { null, Backup }
        from isBeingInstalled in new[] { false, true }
        from wasStarted in new[] { false, true }
        select new BackupApp
        {
            Id = Guid.Empty,
            Location = "a.example",
            Version = "1.0",
            DataDirectory = "/data",
            State = state,
            LastError = state == AppState.Error ? "it failed" : null,
            UnfinishedRestore = restore,
            UnfinishedUpdate = update,
            IsBeingInstalled = isBeingInstalled,
            WasStarted = wasStarted,
        };

    /// <summary>The transitions that are tried.</summary>
    public static TheoryData<string> Names => [.. Transitions.Keys];

    [Fact]
    public void Every_combination_is_one_condition_and_every_condition_occurs() =>
        Assert.Equal(Enum.GetValues<AppCondition>(), All.Select(app => app.Condition()).Distinct().Order());

    [Theory]
    [MemberData(nameof(Names))]
    public void A_transition_starts_only_where_it_may_and_leads_where_it_should(string name)
    {
        var ends = Expected.Where(line => line.Transition == name).ToDictionary(line => line.From, line => line.To);
        Assert.Equal(
            AppLifecycle.Legal.TryGetValue(name, out var legal) ? legal.Order() : Enum.GetValues<AppCondition>(),
            ends.Keys.Order());
        foreach (var app in All)
        {
            if (ends.TryGetValue(app.Condition(), out var end))
            {
                Assert.Equal(end, Transitions[name](app).Condition());
            }
            else
            {
                Assert.Contains(name, Assert.Throws<InvalidOperationException>(() => Transitions[name](app)).Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void A_failure_keeps_what_is_unfinished_and_says_why() => Assert.All(All, app =>
    {
        var failed = app.Fail("disk full");
        Assert.Equal((AppState.Error, "disk full"), (failed.State, failed.LastError));
        Assert.Equal(app with { State = AppState.Error, LastError = "disk full" }, failed);
    });

    [Fact]
    public void A_restore_that_was_stopped_says_that_it_was_interrupted() => Assert.All(All, app =>
    {
        Assert.Equal(BackupErrors.RestoreInterrupted("a.example").Message, app.FailRestore(new OperationCanceledException()).LastError);
        Assert.Equal("disk full", app.FailRestore(new IOException("disk full")).LastError);
    });

    [Fact]
    public void What_was_interrupted_is_settled_as_installed_or_with_its_reason() => Assert.All(All, app =>
    {
        Assert.Equal(app with { State = AppState.Installed, LastError = null }, app.Settle(doubt: null));
        Assert.Equal(app with { State = AppState.Error, LastError = "look" }, app.Settle("look"));
    });

    [Fact]
    public void Data_that_stays_after_a_failure_leaves_the_app_waiting_for_a_look() => Assert.All(All, before =>
    {
        var left = before.Leave(before.Finish("2.0"), wasStarted: true, "unhealthy");
        Assert.Equal(("2.0", AppState.Error, "unhealthy", true), (left.Version, left.State, left.LastError, left.WasStarted));
        Assert.Equal((before.UnfinishedRestore, before.IsBeingInstalled), (left.UnfinishedRestore, left.IsBeingInstalled));
        Assert.Null(left.UnfinishedUpdate);
    });

    [Fact]
    public void An_app_of_a_restored_platform_takes_nothing_along_from_the_other_machine() => Assert.All(All, app =>
    {
        var folder = new DataFolder("/data", 1, "/");
        Assert.Equal(
            new BackupApp
            {
                Id = app.Id,
                Location = app.Location,
                Version = app.Version,
                DataDirectory = app.DataDirectory,
                State = AppState.Error,
                LastError = "no backup",
            },
            (app with { DataFolder = folder }).MoveHere(backupId: null, "no backup"));
    });

    [Fact]
    public void A_version_that_is_vouched_for_settles_all_but_data_that_the_app_never_ran_on() => Assert.All(All, app =>
    {
        var vouched = app.Vouch("2.0");
        Assert.Equal(
            app.UnfinishedRestore is not null && (app.IsBeingInstalled || !app.WasStarted) ? app with { Version = "2.0" } : app.Finish("2.0"),
            vouched);
        Assert.Equal(vouched, app.AtVersion("2.0"));
    });

    private static IEnumerable<(string Transition, AppCondition From, AppCondition To)> To(string name, AppCondition to, params AppCondition[] from) =>
        from.Select(start => (name, start, to));
}
