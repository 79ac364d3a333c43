using System.Globalization;
using CloudBackup.Bench.Scenarios;

namespace CloudBackup.Bench.Reporting;

/// <summary>A page that holds the last result of each scenario, between marks.</summary>
internal static class ReadmeTables
{
    /// <summary>Puts a result in the place of the one before; at the end of the page when there is none.</summary>
    public static void Update(string path, ScenarioResult result, MachineFacts machine)
    {
        var (begin, end) = ($"<!-- {result.Name} -->", $"<!-- /{result.Name} -->");
        var date = result.Measured.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var section = $"{begin}\n### {result.Name}\n\n{MarkdownReport.Of(result)}\n{date}, {machine}\n{end}";
        var page = File.ReadAllText(path);
        var from = page.IndexOf(begin, StringComparison.Ordinal);
        var to = page.IndexOf(end, StringComparison.Ordinal);
        page = from < 0 || to < from ? $"{page.TrimEnd()}\n\n{section}\n" : $"{page[..from]}{section}{page[(to + end.Length)..]}";
        File.WriteAllText(path, page);
    }
}
