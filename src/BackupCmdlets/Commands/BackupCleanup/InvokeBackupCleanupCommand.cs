using System.Management.Automation;
using CloudBackup.Cleanup;

namespace CloudBackup.Commands;

/// <summary>Removes the backups that the retention policy of a site does not keep, and what no backup needs.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "BackupCleanup", SupportsShouldProcess = true)]
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
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void Process() => ForEachSite(Site, site => Clean(site.Name));

    private void Clean(string site)
    {
        var plan = Run((observer, token) => Engine.Cleanup.PlanAsync(site, observer, token));
        Check(plan);
        var approved = plan.Decisions.Where(decision => decision.Action == RetentionAction.Remove).Where(Approve).Select(decision => decision.Id)
            .Concat(plan.LeftOvers.Where(item => ShouldProcess($"{item} on {site}", "Remove")).Select(item => item.Path)).ToHashSet();
        if (IsWhatIf)
        {
            WriteObject(plan.Decisions, enumerateCollection: true);
            return;
        }
        var result = Run((observer, token) => Engine.Cleanup.ExecuteAsync(plan, approved.Contains, observer, token));
        WriteObject(result.Decisions, enumerateCollection: true);
        foreach (var failure in result.Failures)
        {
            WriteFailure(failure);
        }
    }

    /// <summary>What would stop a run is only told of a run that is a question.</summary>
    private void Check(CleanupPlan plan)
    {
        try
        {
            plan.Check(IsGiven(nameof(MaxRemove)) ? MaxRemove : null, Force);
        }
        catch (BackupException failure) when (IsWhatIf)
        {
            WriteWarning(failure.Message);
        }
    }

    private bool Approve(RetentionDecision decision) =>
        ShouldProcess($"{decision.Id} of {DisplayText.FullTime(decision.Created)} on {decision.Site}", $"Remove backup ({decision.Reason})");
}
