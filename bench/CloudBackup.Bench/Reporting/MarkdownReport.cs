using System.Globalization;
using System.Text;
using CloudBackup.Bench.Measuring;
using CloudBackup.Bench.Scenarios;

namespace CloudBackup.Bench.Reporting;

/// <summary>Results as tables.</summary>
internal static class MarkdownReport
{
    private const double Megabyte = 1e6;

    /// <summary>A whole page.</summary>
    public static string Of(IReadOnlyList<ScenarioResult> results, MachineFacts machine)
    {
        var text = new StringBuilder();
        Line(text, $"# Benchmarks\n");
        Line(text, $"{machine}\n");
        foreach (var result in results)
        {
            Line(text, $"## {result.Name}\n");
            text.AppendLine(Of(result));
        }
        return text.ToString();
    }

    /// <summary>One scenario: its table, then its targets.</summary>
    public static string Of(ScenarioResult result)
    {
        var text = new StringBuilder();
        var runs = result.First.Runs.Count;
        Line(text, $"{Capitalized(result.Question)}{DataOf(result)}. Medians of {runs} {(runs == 1 ? "run" : "runs")}, taken in turns.\n");
        Line(text, $"| | wall s | × | shortest to longest | on disk s | CPU s | peak memory MB | stored MB |");
        Line(text, $"| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (var contender in result.Contenders)
        {
            AddRow(text, contender, result.First);
        }
        foreach (var absent in result.Absent)
        {
            Line(text, $"| {Escaped(absent)} | not on this machine | | | | | | |");
        }
        AddOutcomes(text, result);
        var versions = result.Contenders.SelectMany(contender => contender.Versions).Distinct().ToList();
        if (versions.Count > 0)
        {
            Line(text, $"\n{string.Join(" · ", versions)}");
        }
        return text.ToString();
    }

    private static void AddRow(StringBuilder text, ContenderResult contender, ContenderResult first)
    {
        var ratio = contender.WallSeconds / first.WallSeconds;
        Cells(text, $"| {Escaped(contender.Contender)} | {contender.WallSeconds:0.00} | {ratio:0.00} ");
        Cells(text, $"| {contender.ShortestSeconds:0.00} to {contender.LongestSeconds:0.00} | {contender.OnDiskSeconds:0.00} ");
        Line(text, $"| {contender.CpuSeconds:0.00} | {contender.PeakMemory / Megabyte:0} | {contender.StoredBytes / Megabyte:0.0} |");
    }

    private static void AddOutcomes(StringBuilder text, ScenarioResult result)
    {
        if (result.Outcomes.Count == 0)
        {
            return;
        }
        Line(text, $"\n| target | reached | |\n| --- | ---: | --- |");
        foreach (var outcome in result.Outcomes)
        {
            var mark = outcome.IsMet switch { true => "met", false => "**missed**", null => "not measured" };
            Line(text, $"| {Escaped(outcome.Target)} | {outcome.Reached} | {mark} |");
        }
    }

    private static string DataOf(ScenarioResult result) => result.Data is { } data
        ? string.Create(CultureInfo.InvariantCulture, $" ({data.Files:N0} files, {data.Bytes / Megabyte:0.0} MB: {result.DataDescription}")
            + (result.Scale == 1 ? ")" : string.Create(CultureInfo.InvariantCulture, $"; scaled by {result.Scale})"))
        : "";

    private static string Capitalized(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    private static string Escaped(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);

    private static void Line(StringBuilder text, FormattableString line) => Cells(text, line).Append('\n');

    private static StringBuilder Cells(StringBuilder text, FormattableString cells) => text.Append(cells.ToString(CultureInfo.InvariantCulture));
}
