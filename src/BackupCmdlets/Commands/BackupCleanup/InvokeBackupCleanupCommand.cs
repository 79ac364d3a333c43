using System.Management.Automation;
using CloudBackup.Cleanup;

namespace CloudBackup.Commands;

/// <summary>Removes the backups that the retention policy of a site does not keep, and what no backup needs.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "BackupCleanup", SupportsShouldProcess = true, HelpUri = OnlineHelp.Pages + "Invoke-BackupCleanup")]
[OutputType(typeof(RetentionDecision))]
public sealed class InvokeBackupCleanupCommand : EngineCommand
{
    /// <summary>Names of sites. By default all sites.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Name")]
    [ArgumentCompleter(typeof(SiteCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Site { get; set; } = ["*"];

    /// <summary>The most backups that may go from a site: a cleanup that would remove more removes nothing.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int MaxRemove { get; set; }

    /// <summary>The clock is right, although it seems to have jumped.</summary>
    [Parameter]
    public SwitchParameter IgnoreClockJump { get; set; }

    /// <summary>Never asks, even when ConfirmPreference is Medium or Low.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Also writes the backups that are kept. -Verbose does the same.</summary>
    [Parameter]
    public SwitchParameter IncludeKept { get; set; }

    /// <inheritdoc/>
    protected override void Process() => ForEachSite(Site, site => Clean(site.Name));

    private void Clean(string site)
    {
        var plan = Run((observer, token) => Engine.Cleanup.PlanAsync(site, observer, token));
        Check(plan);
        var approved = plan.Decisions.Where(decision => decision.Action == RetentionAction.Remove).Where(Approve).Select(decision => decision.Id)
            .Concat(plan.LeftOvers.Where(item => IsApproved($"{item} on {site}", "Remove")).Select(item => item.Path)).ToHashSet();
        if (IsWhatIf)
        {
            foreach (var decision in plan.Decisions)
            {
                Write(decision);
            }
            return;
        }
        IReadOnlyList<BackupException> failures = [];
        RunEach<RetentionDecision>(
            async (emit, observer, token) =>
                failures = (await Engine.Cleanup.ExecuteAsync(plan, approved.Contains, emit, observer, token).ConfigureAwait(false)).Failures,
            Write);
        // Last: with -ErrorAction Stop the first one ends the pipeline.
        ForEachItem(failures, WriteFailure);
    }

    /// <summary>What would stop a run is only told of a run that is a question.</summary>
    private void Check(CleanupPlan plan)
    {
        try
        {
            plan.Check(IsGiven(nameof(MaxRemove)) ? MaxRemove : null, IgnoreClockJump);
        }
        catch (BackupException failure) when (IsWhatIf)
        {
            WriteWarning(failure.Message);
        }
    }

    private void Write(RetentionDecision decision)
    {
        if (IsKeptShown || decision.Action != RetentionAction.Keep)
        {
            WriteObject(decision);
        }
    }

    private bool IsKeptShown => IncludeKept
        || (MyInvocation.BoundParameters.TryGetValue("Verbose", out var verbose) && LanguagePrimitives.IsTrue(verbose));

    /// <summary>-Force does not ask, but -WhatIf still shows, and -Confirm, which is more explicit, still asks.</summary>
    private bool IsApproved(string target, string action) =>
        (Force && !IsWhatIf && !IsGiven("Confirm")) || ShouldProcess(target, action);

    private bool Approve(RetentionDecision decision) =>
        IsApproved($"{decision.Id} of {DisplayText.FullTime(decision.Created)} on {decision.Site}", $"Remove backup ({decision.Reason})");
}
