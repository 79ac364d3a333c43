using CloudBackup.Formats.Lines;
using CloudBackup.Formats.Rsync.Records;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Formats.Lines;

/// <summary>Lines are ordered by their paths, with a bounded part of them in memory.</summary>
public sealed class LineSorterTests
{
    [Fact]
    public void Lines_of_long_paths_are_sorted_in_parts()
    {
        using var folder = new TempFolder();
        using var sorter = new LineSorter<ObjectPathLine>(folder.Path, "long");
        var paths = Enumerable.Range(0, 400).Select(i => $"{i * 7919 % 400:D3}{new string('x', 60_000)}").ToList();
        paths.ForEach(path => sorter.Add(new ObjectPathLine(path)));
        Assert.InRange(Directory.GetFiles(folder.Path).Length, 2, 4);
        Assert.Equal(paths.Order(StringComparer.Ordinal), sorter.ReadSorted().Select(line => line.Path));
    }
}
