namespace CloudBackup.PlatformRestore;

/// <summary>Looks for the executables that apps' commands name.</summary>
internal static class ToolCheck
{
    /// <summary>The executables that are not there, each with the apps that need it.</summary>
    public static IReadOnlyList<(string Executable, IReadOnlyList<string> Apps)> FindMissing(IEnumerable<BackupApp> apps, string? searchPath)
    {
        string[] folders = (searchPath ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return
        [
            .. from app in apps
               from executable in CommandsOf(app.Commands).Where(command => command.Count > 0).Select(command => command[0]).Distinct()
               where !IsThere(executable, folders)
               group app.Location by executable into missing
               orderby missing.Key
               select (missing.Key, (IReadOnlyList<string>)[.. missing.Distinct()]),
        ];
    }

    private static IEnumerable<IReadOnlyList<string>> CommandsOf(AppCommands commands) =>
        [commands.Install, commands.Start, commands.Stop, commands.Health, commands.PreBackup, commands.PostBackup];

    private static bool IsThere(string executable, string[] folders) => executable.AsSpan().ContainsAny('/', Path.DirectorySeparatorChar)
        ? File.Exists(executable)
        : folders.Any(folder => File.Exists(Path.Join(folder, executable)) || File.Exists(Path.Join(folder, executable + ".exe")));
}
