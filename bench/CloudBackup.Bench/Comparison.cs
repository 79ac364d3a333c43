using CloudBackup.Bench.Contenders;
using CloudBackup.Bench.DataSets;
using CloudBackup.Bench.Measuring;
using CloudBackup.Bench.Scenarios;

namespace CloudBackup.Bench;

/// <summary>
/// Runs a scenario: all contenders take turns, so that whatever else the machine does meets them alike, and each round begins with another
/// one. A round that is not counted comes first, of ours alone, so that programs and libraries are in memory.
/// </summary>
internal sealed class Comparison(Options options)
{
    private readonly Scratch _scratch = new(options.WorkFolder);

    /// <summary>Measures.</summary>
    /// <exception cref="BenchException">A contender failed.</exception>
    public async Task<ScenarioResult> RunAsync(Scenario scenario)
    {
        var data = scenario.Data?.Provide(Path.Join(options.WorkFolder, "data"), options.Scale) ?? "";
        await _scratch.BeginAsync();
        var shared = _scratch.Shared;
        try
        {
            var place = new Place("", data, shared);
            await scenario.PrepareAsync(place);
            var contenders = options.BeforePath is { } before
                ? [.. scenario.Contenders.Where(contender => contender.IsEngine(place)).SelectMany(ours => new[] { ours, ours.Before(before) })]
                : scenario.Contenders.Where(IsWanted).ToList();
            var able = contenders.Where(contender => contender.Tools.All(Tools.IsOnPath)).ToList();
            var runs = await MeasureAsync(able, data, shared);
            var result = new ScenarioResult
            {
                Name = scenario.Name,
                Question = scenario.Question,
                Measured = TimeProvider.System.GetUtcNow(),
                DataDescription = scenario.Data?.Description,
                Data = data.Length > 0 ? FolderFacts.Of(data) : null,
                Scale = options.Scale,
                Contenders = [.. able.Select(contender => new ContenderResult(contender.Name, Tools.VersionsOf(contender), runs[contender]))],
                Absent = [.. contenders.Except(able).Select(contender => contender.Name)],
            };
            return options.Scale == 1 ? result with { Outcomes = Judge(scenario, result) } : result;
        }
        finally
        {
            await scenario.CleanUpAsync();
            _scratch.Remove();
        }
    }

    private static List<Outcome> Judge(Scenario scenario, ScenarioResult result) =>
    [
        .. scenario.Targets.Select(target =>
        {
            var verdict = target.Judge(result);
            return new Outcome(target.Text, verdict?.Reached, verdict?.IsMet);
        }),
    ];

    private bool IsWanted(Contender contender) => contender.IsOurs || options.Only.Count == 0
        || options.Only.Any(part => contender.Name.Contains(part, StringComparison.Ordinal));

    private async Task<Dictionary<Contender, List<Measurement>>> MeasureAsync(List<Contender> contenders, string data, string shared)
    {
        var runs = contenders.ToDictionary(contender => contender, _ => new List<Measurement>());
        foreach (var ours in contenders.Where(contender => contender.IsOurs))
        {
            await RunOnceAsync(ours, data, shared);
        }
        for (var round = 0; round < options.Runs; round++)
        {
            for (var turn = 0; turn < contenders.Count; turn++)
            {
                var contender = contenders[(round + turn) % contenders.Count];
                var measurement = await RunOnceAsync(contender, data, shared);
                runs[contender].Add(measurement);
                Console.Error.WriteLine(FormattableString.Invariant(
                    $"   {round + 1}/{options.Runs} {contender.Name,-36} {measurement.Wall.TotalSeconds,7:0.00} s"));
            }
        }
        return runs;
    }

    private async Task<Measurement> RunOnceAsync(Contender contender, string data, string shared)
    {
        var place = new Place(_scratch.NewRun(), data, shared);
        if (contender.Prepare is { } prepare)
        {
            await prepare(place);
        }
        Warm(data);
        Warm(shared);
        var measurement = await MeasuredProcess.RunAsync(contender.Measured(place), place.Folder, contender.TellsTime);
        contender.Check?.Invoke(place);
        return measurement with { StoredBytes = contender.StoredBytes?.Invoke(place) };
    }

    // Again before each run: borg takes what it has read out of the page cache, and the next one would pay for that.
    private static void Warm(string folder)
    {
        if (folder.Length > 0)
        {
            FolderFacts.Warm(folder);
        }
    }
}
