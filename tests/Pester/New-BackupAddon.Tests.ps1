Describe 'New-BackupAddon' {
    BeforeAll { . $PSScriptRoot/Support.ps1 }
    AfterAll { $env:CLOUDBACKUP_HOME = $homeBefore }

    It 'describes a SQLite database, by position and by name' {
        $addon = New-BackupAddon sqlite data/app.db
        $addon | Should -BeOfType CloudBackup.BackupAddon
        $addon.Type | Should -Be Sqlite
        $addon.Path | Should -Be data/app.db
        (New-BackupAddon -Type Sqlite -Path data/app.db).Path | Should -Be data/app.db
    }

    It 'is what an app takes, one or many' {
        $null = New-TestApp
        $addons = (New-BackupAddon sqlite data/a.db), (New-BackupAddon sqlite data/deep/b.db)
        (Set-BackupApp wiki.example.com -Addon $addons -PassThru).Addons.Path | Should -Be 'data/a.db', 'data/deep/b.db'
    }

    It 'refuses a kind that does not exist' {
        { New-BackupAddon -Type tape -Path data/app.db } |
            Should -Throw -ErrorId 'CannotConvertArgumentNoMessage,CloudBackup.Commands.NewBackupAddonCommand'
    }
}
