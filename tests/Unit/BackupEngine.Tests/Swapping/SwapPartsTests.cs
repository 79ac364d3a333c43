using CloudBackup.Swapping;

namespace CloudBackup.Tests.Swapping;

/// <summary>Several things are exchanged by one restore, all or nothing.</summary>
public sealed class SwapPartsTests
{
    private readonly List<string> _done = [];

    [Fact]
    public void Parts_take_their_places_in_order_and_go_back_in_reverse()
    {
        var parts = new SwapParts([Part("data"), Part("database"), Part("cache")]);
        Assert.Null(parts.Prepare());
        parts.Commit(part => _done.Add($"turn of {part}"));
        parts.Undo();
        Assert.Equal(
            [
                "prepare data", "prepare database", "prepare cache",
                "turn of data", "commit data", "turn of database", "commit database", "turn of cache", "commit cache",
                "undo cache", "undo database", "undo data",
            ],
            _done);
    }

    [Fact]
    public void A_part_that_the_backup_has_nothing_for_is_found_before_anything_changes()
    {
        var missing = Part("database", isThere: false);
        Assert.Same(missing, new SwapParts([Part("data"), missing, Part("cache")]).Prepare());
        Assert.Equal(["prepare data", "prepare database"], _done);
    }

    [Fact]
    public void A_part_that_cannot_be_committed_ends_it_and_all_can_go_back()
    {
        var parts = new SwapParts([Part("data"), Part("database", commit: new IOException("in use")), Part("cache")]);
        Assert.Equal("in use", Assert.Throws<IOException>(() => parts.Commit()).Message);
        parts.Undo();
        Assert.Equal(["commit data", "commit database", "undo cache", "undo database", "undo data"], _done);
    }

    [Fact]
    public void A_part_that_is_stuck_keeps_none_of_the_others_from_going_back()
    {
        var (first, second) = (BackupErrors.AppNotFound("first"), BackupErrors.AppNotFound("second"));
        var parts = new SwapParts([Part("data"), Part("database", undo: second), Part("cache", undo: first)]);
        Assert.Same(first, Assert.Throws<BackupException>(parts.Undo));
        Assert.Equal(["undo cache", "undo database", "undo data"], _done);
    }

    [Fact]
    public void All_parts_are_cleaned_up()
    {
        new SwapParts([Part("data"), Part("database")]).CleanUp();
        Assert.Equal(["clean up data", "clean up database"], _done);
    }

    private NotedPart Part(string name, bool isThere = true, Exception? commit = null, Exception? undo = null) =>
        new(name, _done, isThere, commit, undo);

    private sealed class NotedPart(string name, List<string> done, bool isThere, Exception? commit, Exception? undo) : ISwapPart
    {
        public bool Prepare()
        {
            Note("prepare", failure: null);
            return isThere;
        }

        public void Commit() => Note("commit", commit);

        public void Undo() => Note("undo", undo);

        public void CleanUp() => Note("clean up", failure: null);

        public void Dispose() => Note("dispose", failure: null);

        public override string ToString() => name;

        private void Note(string what, Exception? failure)
        {
            done.Add($"{what} {name}");
            if (failure is not null)
            {
                throw failure;
            }
        }
    }
}
