using System.Globalization;
using System.Text.RegularExpressions;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Architecture;

/// <summary>The floors of the engine, as section 3 of docs/design.md lists them: the one list of them.</summary>
/// <param name="Floors">The floor of each room, a folder of the engine.</param>
/// <param name="Doors">
/// What may name the types of a closed folder from outside it: types, other folders, or the folders below another one, written as <c>Storage/*</c>.
/// </param>
internal sealed partial record FloorPlan(IReadOnlyDictionary<string, int> Floors, IReadOnlyDictionary<string, string[]> Doors)
{
    /// <summary>Reads the list.</summary>
    public static FloorPlan Read()
    {
        var text = File.ReadAllText(Path.Join(Repository.Root, "docs", "design.md"));
        var floors = (
            from Match line in Floor().Matches(text)
            from room in line.Groups["rooms"].Value.Split(", ")
            select (room, Number: int.Parse(line.Groups["number"].ValueSpan, CultureInfo.InvariantCulture))).ToDictionary(floor => floor.room, floor => floor.Number);
        var doors = ClosedFolder().Matches(text).ToDictionary(line => line.Groups["folder"].Value, line => line.Groups["doors"].Value.Trim().Split(", "));
        return new(floors, doors);
    }

    /// <summary>Whether an arrow leads through a door into a closed folder.</summary>
    public bool IsThroughDoor(TypeArrow arrow) => Doors.TryGetValue(arrow.To, out var doors) && doors.Any(door => IsThrough(door, arrow));

    /// <summary>Whether a type opens a closed folder: it knows what is inside it, and that may know the type's folder.</summary>
    public bool IsThroughType(TypeArrow arrow) => Doors.TryGetValue(arrow.To, out var doors) && doors.Contains(arrow.Type);

    /// <summary>Whether an arrow leads through this door.</summary>
    public static bool IsThrough(string door, TypeArrow arrow) => door.EndsWith("/*", StringComparison.Ordinal)
        ? arrow.From.StartsWith(door[..^1], StringComparison.Ordinal)
        : door.Contains('/') ? arrow.From == door : arrow.Type == door;

    [GeneratedRegex(@"^(?<number>\d\d) (?<rooms>[A-Z][A-Za-z]*(, [A-Z][A-Za-z]*)*)(?=  |$)", RegexOptions.Multiline)]
    private static partial Regex Floor();

    [GeneratedRegex(@"^(?<folder>[A-Z][A-Za-z]*(/[A-Za-z0-9]+)+) +<- (?<doors>[A-Za-z0-9, /*]+)$", RegexOptions.Multiline)]
    private static partial Regex ClosedFolder();
}
