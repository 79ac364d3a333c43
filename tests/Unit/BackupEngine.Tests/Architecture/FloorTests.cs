using System.Text.RegularExpressions;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Architecture;

/// <summary>The engine is a house with floors: what is above knows what is below, and never the other way round. See docs/design.md, section 3.</summary>
public sealed class FloorTests : IDisposable
{
    private const string Engine = "src/BackupEngine";

    private static readonly FloorPlan Plan = FloorPlan.Read();

    private readonly EngineTypes _types = EngineTypes.Read();

    [Fact]
    public void Every_folder_has_its_floor()
    {
        var rooms = Directory.EnumerateDirectories(Path.Join(Repository.Root, Engine)).Select(path => Path.GetFileName(path))
            .Where(name => name is not ("bin" or "obj"));
        Assert.Equal(rooms.Order(StringComparer.Ordinal), Plan.Floors.Keys.Order(StringComparer.Ordinal));
        Assert.All(Plan.Doors.Keys, folder => Assert.True(Directory.Exists(Path.Join(Repository.Root, Engine, folder)), folder));
    }

    [Fact]
    public void Every_namespace_is_a_folder_or_the_public_surface()
    {
        var files = SourceFile.Below(Engine);
        Assert.NotEmpty(files);
        Assert.All(files, file =>
        {
            var folder = Path.GetDirectoryName(file.Path)![(Engine.Length + 1)..].Replace('/', '.');
            var space = file.Lines.Single(line => line.StartsWith("namespace ", StringComparison.Ordinal));
            Assert.True(space == "namespace CloudBackup;" || space == $"namespace CloudBackup.{folder};", $"{file.Path}: {space}");
        });
    }

    [Fact]
    public void No_arrow_leads_upwards_or_to_another_room_of_the_same_floor()
    {
        var arrows = _types.ReadArrows().Where(arrow => TypeArrow.RoomOf(arrow.From) != TypeArrow.RoomOf(arrow.To)).ToList();
        Assert.True(arrows.Count > 1000, $"Only {arrows.Count} arrows were found.");
        var wrong = arrows.Where(arrow => Plan.Floors[TypeArrow.RoomOf(arrow.From)] <= Plan.Floors[TypeArrow.RoomOf(arrow.To)]).ToList();
        Assert.True(wrong.Count == 0, $"A room knows only the floors below it:\n{string.Join('\n', wrong)}");
    }

    [Fact]
    public void No_folders_form_a_circle()
    {
        var arrows = _types.ReadArrows().Where(arrow => !Plan.IsThroughType(arrow)).ToLookup(arrow => arrow.From);
        var circles = arrows.SelectMany(from => from).Where(arrow => Reaches(arrow.To, arrow.From)).ToList();
        Assert.True(circles.Count == 0, $"These arrows are part of a circle:\n{string.Join('\n', circles)}");

        bool Reaches(string from, string to)
        {
            var seen = new HashSet<string> { from };
            var open = new Stack<string>(seen);
            while (open.TryPop(out var folder))
            {
                if (folder == to)
                {
                    return true;
                }
                foreach (var next in arrows[folder].Select(arrow => arrow.To).Where(seen.Add))
                {
                    open.Push(next);
                }
            }
            return false;
        }
    }

    [Fact]
    public void What_is_special_about_a_provider_a_format_or_a_system_is_named_only_by_its_door()
    {
        Assert.NotEmpty(Plan.Doors);
        var wrong = _types.ReadArrows().Where(arrow => Plan.Doors.ContainsKey(arrow.To) && !Plan.IsThroughDoor(arrow)).ToList();
        Assert.True(wrong.Count == 0, $"Only its door may name a type of a closed folder:\n{string.Join('\n', wrong)}");
        Assert.All(Plan.Doors, closed => Assert.All(closed.Value, door =>
            Assert.True(_types.ReadArrows().Any(arrow => arrow.To == closed.Key && FloorPlan.IsThrough(door, arrow)), $"{door} is not a door to {closed.Key} any more.")));
    }

    [Theory]
    [InlineData(nameof(BackupApp.State))]
    [InlineData(nameof(BackupApp.LastError))]
    [InlineData(nameof(BackupApp.UnfinishedRestore))]
    [InlineData(nameof(BackupApp.UnfinishedUpdate))]
    [InlineData(nameof(BackupApp.IsBeingInstalled))]
    [InlineData(nameof(BackupApp.WasStarted))]
    public void Only_its_lifecycle_changes_what_an_app_is(string property) => Assert.Equal(
        [typeof(AppLifecycle).FullName!, typeof(ModelJson).FullName!],
        _types.FindWriters(typeof(BackupApp).FullName!, property).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void A_format_is_named_only_in_its_room()
    {
        var named = SourceFile.Below(Engine).SelectMany(
            file => Enum.GetNames<BackupFormat>().Where(format => Regex.IsMatch(file.Code, $@"\bBackupFormat\.{format}\b")),
            (file, format) => (file.Path, Format: format)).ToList();
        Assert.Equal(Enum.GetNames<BackupFormat>().Order(), named.Select(found => found.Format).Distinct().Order());
        Assert.All(named, found => Assert.StartsWith($"{Engine}/Formats/{found.Format}/", found.Path, StringComparison.Ordinal));
    }

    [Fact]
    public void The_engine_knows_nothing_of_PowerShell() =>
        Assert.DoesNotContain(_types.ReferencedAssemblies, name => name.StartsWith("System.Management.Automation", StringComparison.Ordinal)
            || name.Contains("PowerShell", StringComparison.Ordinal));

    /// <inheritdoc/>
    public void Dispose() => _types.Dispose();
}
